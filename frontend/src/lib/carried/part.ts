/**
 * Payloads out of a file. A request repeats the one before it, so a part may say that it begins like another, which may
 * say the same of a third: its lines (or messages) are put together from all of them.
 */
import type { Match, PartPage } from '../wire.ts';
import type { Answers } from './file.ts';
import { member } from './member.ts';

/** How a payload is shown. */
export type Shown = 'conversation' | 'json' | 'text';

/** A part, and all of its lines or messages. */
export interface Whole {
  readonly page: PartPage;
  readonly pieces: readonly unknown[];
}

/** Characters of a line; what is longer goes on in the next one. */
const WIDEST = 2000;

/** All of a part, or of what stands at a place in it (as JSON); `undefined` if the file does not have it. */
export function wholePart(answers: Answers, part: string, shown: Shown, at: string): Whole | undefined {
  if (at === '[]') return resolved(answers, `${part}?as=${shown}`);
  const told = shown === 'text' ? carriedText(answers, part, at) : undefined;
  return told ?? placed(answers, part, shown, at);
}

/** Follow a part to those it begins like, from the nearest to the furthest, and take of each what is needed. */
function resolved(answers: Answers, address: string): Whole | undefined {
  const page = answers.get(address) as PartPage | undefined;
  if (!page) return undefined;
  const found: (readonly unknown[])[] = [];
  let wanted = Infinity;
  for (let here: PartPage | undefined = page, next: string; ; here = answers.get(next) as PartPage | undefined) {
    if (!here) return undefined;
    const [before, count] = here.after ?? ['', 0];
    found.push((here.messages ?? here.lines ?? []).slice(0, Math.max(0, wanted - count)));
    wanted = Math.min(wanted, count);
    if (!wanted) return { page, pieces: found.toReversed().flat() };
    next = before;
  }
}

/** A long text of a conversation: it is carried with the first part that has its message. */
function carriedText(answers: Answers, part: string, at: string): Whole | undefined {
  let here = part;
  while (here) {
    const found = resolved(answers, `${here}?as=text&at=${encoded(at)}`);
    if (found) return found;
    const page = answers.get(`${here}?as=conversation`) as PartPage | undefined;
    here = page?.after?.[0].split('?')[0] ?? '';
  }
  return undefined;
}

/** What stands at a place in a part, out of the JSON of the part. */
function placed(answers: Answers, part: string, shown: Shown, at: string): Whole | undefined {
  const json = resolved(answers, `${part}?as=json`);
  const lines = json && member(json.pieces as readonly string[], place(at));
  if (!json || !lines || shown === 'conversation') return undefined;
  const { page } = json;
  if (shown === 'json') return { page, pieces: lines };
  const text = parsed(lines.join(''));
  return typeof text === 'string' ? { page, pieces: text.split('\n') } : undefined;
}

/** Every place from a line on where a text begins, at most one in a line. It may reach into the next line. */
export function* findIn(lines: readonly string[], needle: string, from: number, ignoreCase: boolean): Generator<Match> {
  const escaped = needle.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const pattern = new RegExp(escaped, ignoreCase ? 'iu' : 'u');
  for (let line = from; line < lines.length; line += 1) {
    const here = lines[line] ?? '';
    const goesOn = here.length >= WIDEST && length(here) === WIDEST;
    const found = pattern.exec(goesOn ? here + (lines[line + 1] ?? '').slice(0, needle.length - 1) : here);
    if (found && found.index < Math.max(1, here.length)) {
      yield { line, column: length(here.slice(0, found.index)), length: length(found[0]) };
    }
  }
}

/** Characters, as the server counts them. */
function length(text: string): number {
  return [...text].length;
}

function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function place(at: string): readonly (string | number)[] {
  const found = parsed(at);
  return Array.isArray(found) ? (found as (string | number)[]) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
