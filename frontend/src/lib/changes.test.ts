/** Promises of `changes.ts`: what changed is shown, and what did not is left out. */
import { expect, it } from 'vitest';

import { changed } from './changes.ts';

it('shows what changed between what both have', () => {
  expect(changed(['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'x', 'e'])).toEqual([' b', ' c', '-d', '+x', ' e']);
});

it('shows all of what has nothing beside it', () => {
  expect(changed(null, ['a'])).toEqual(['+a']);
  expect(changed(['a'], null)).toEqual(['-a']);
  expect(changed(null, null)).toEqual([]);
});

it('counts no line twice where one text goes on as it began', () => {
  expect(changed(['a'], ['a', 'a'])).toEqual([' a', '+a']);
});
