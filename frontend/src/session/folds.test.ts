/** Promises of `folds.ts`: what is folded away takes no place, and every line is found again. */
import { expect, it } from 'vitest';

import { lineAt, opens, outermost, placeOf, unfolded, visibleLines } from './folds.ts';

const folds = new Map([
  [2, 6],
  [3, 5],
  [8, 10],
]);

it('leaves out what is folded, once', () => {
  const outer = outermost(folds);
  expect(outer).toEqual([
    { start: 2, end: 6 },
    { start: 8, end: 10 },
  ]);
  expect(visibleLines(12, outer)).toBe(12 - 3 - 1);
});

it('finds the line at a place, and the place of a line', () => {
  const outer = outermost(folds);
  const seen = Array.from({ length: visibleLines(12, outer) }, (_, place) => lineAt(place, outer));
  expect(seen).toEqual([0, 1, 2, 6, 7, 8, 10, 11]);
  expect(seen.map((line) => placeOf(line, outer))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(placeOf(4, outer)).toBe(2);
});

it('opens every fold that hides a line', () => {
  expect([...unfolded(folds, 4).keys()]).toEqual([8]);
  expect([...unfolded(folds, 2).keys()]).toEqual([2, 3, 8]);
});

it('knows which lines can be folded', () => {
  expect(['{', '  "a": [', '  "b": "[",', '}'].map(opens)).toEqual([true, true, false, false]);
});
