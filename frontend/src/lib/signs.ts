/**
 * The signs and meanings of every screen: the counterpart of `clew.text.signs`.
 *
 * Colour means something or is absent: what went well is neutral. It never stands alone: a sign or a word goes with it.
 */
export const SIGNS = {
  session: '◆',
  attempt: '→',
  retry: '↻',
  tool: '⚙',
  child: '⤷',
  warning: '!',
  error: '✗',
  entry: '·',
  hole: '◌',
} as const;

/** A class of `page.css` that carries a meaning; empty for what went well. */
export type Meaning = 'failed' | 'retry' | 'running' | 'interrupted' | 'hole' | '';

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['failed', 'failed'],
  ['timeout', 'failed'],
  ['cancelled', 'interrupted'],
  ['rejected', 'retry'],
  ['running', 'running'],
  ['interrupted', 'interrupted'],
  ['abandoned', 'interrupted'],
  ['unreadable', 'hole'],
  ['torn', 'interrupted'],
  ['damaged', 'hole'],
  ['pending', 'running'],
]);

/** What a status means, as a class name. */
export function meaning(status: string): Meaning {
  return MEANINGS.get(status) ?? '';
}

const STATUS_SIGNS: ReadonlyMap<string, string> = new Map([
  ['running', SIGNS.attempt],
  ['failed', SIGNS.error],
  ['interrupted', SIGNS.warning],
  ['abandoned', SIGNS.warning],
  ['unreadable', SIGNS.hole],
]);

/** The sign of a session's status in a list; empty for what went well. */
export function statusSign(status: string): string {
  return STATUS_SIGNS.get(status) ?? '';
}
