/** The keys of the view of a session, in the words of the help; the letters are those of the terminal. */
import type { Shortcut } from '../lib/keymap.svelte.ts';

/** What the keys do. */
export interface Deeds {
  readonly openAll: () => unknown;
  readonly next: (back: boolean) => unknown;
  readonly find: () => unknown;
  readonly jump: () => unknown;
  readonly only: () => unknown;
  readonly tab: (by: 1 | -1) => unknown;
  readonly format: () => unknown;
  readonly follow: () => unknown;
  readonly why: () => unknown;
  readonly cost: () => unknown;
  readonly copyPath: () => unknown;
  readonly copyCommand: () => unknown;
  readonly zoom: (factor: number) => unknown;
  readonly shift: (share: number) => unknown;
  readonly whole: () => unknown;
  readonly back: () => unknown;
}

/** Keys that the tree takes itself while it has the focus; they stand in the help, and no key has such a name. */
const OF_THE_TREE: readonly [string, string][] = [
  ['↑ ↓', 'A row up or down'],
  ['→', 'Open the row, or go into it'],
  ['←', 'Close the row, or go to the one above it'],
  ['␣', 'Open or close the row'],
  ['↵', 'From the row to what is in it; Escape leads back'],
];

/** The shortcuts of the view. */
export function sessionKeys(deeds: Deeds): Shortcut[] {
  const keys: [string, string, () => unknown][] = [
    ['x', 'Open every turn and step, or close them all', deeds.openAll],
    ['n', 'To the next failure, match of the filter, or place found in a payload', () => deeds.next(false)],
    ['N', 'To the one before', () => deeds.next(true)],
    ['/', 'Filter the rows; in a payload: find in it', deeds.find],
    ['o', 'Only rows that match, or all', deeds.only],
    [':', 'Type a path to go to', deeds.jump],
    [']', 'The next of facts, payloads, logs', () => deeds.tab(1)],
    ['[', 'The one before', () => deeds.tab(-1)],
    ['v', 'Show a payload as a conversation, as JSON or as text', deeds.format],
    ['f', 'Stay at the end while the session grows', deeds.follow],
    ['w', 'Why the session failed', deeds.why],
    ['u', 'What was used and what it cost', deeds.cost],
    ['y', 'Copy the path', deeds.copyPath],
    ['Y', 'Copy the command that shows the node', deeds.copyCommand],
    ['+', 'Timeline: less time', () => deeds.zoom(0.5)],
    ['=', 'Timeline: less time', () => deeds.zoom(0.5)],
    ['-', 'Timeline: more time', () => deeds.zoom(2)],
    ['0', 'Timeline: the whole session', deeds.whole],
    ['<', 'Timeline: what was before', () => deeds.shift(-0.5)],
    ['>', 'Timeline: what came after', () => deeds.shift(0.5)],
    ['Escape', 'Back to the tree, and from there to the sessions', deeds.back],
  ];
  return [
    ...OF_THE_TREE.map(([names, says]) => ({ keys: names, says, run: () => undefined })),
    ...keys.map(([names, says, run]) => ({ keys: names, says, run: () => void run() })),
  ];
}
