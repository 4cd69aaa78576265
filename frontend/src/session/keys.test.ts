/** Promises of `keys.ts`: from the key of a row to those above it and to the node it belongs to. */
import { expect, it } from 'vitest';

import { holderOf, isPath, keysAbove, parentKey } from './keys.ts';

it('knows under which row a row stands', () => {
  const keys = ['2-3.1-2', '2-3.1', '2-3', '2', '2-3#0', 'note#1', ''];
  expect(keys.map(parentKey)).toEqual(['2-3.1', '2-3', '2', '', '2-3', 'note', '']);
  expect(keysAbove('2-3.1-2')).toEqual(['2', '2-3', '2-3.1']);
});

it('knows which node a row belongs to', () => {
  const keys = ['2-3', '2-3#4', 'note#0', '2-3.ending#0', '#1', ''];
  expect(keys.map(holderOf)).toEqual(['2-3', '2-3', '', '2-3', '', '']);
});

it('tells a path from other words', () => {
  for (const path of ['1', '2-3', 's1-2', 'init', 'fin', '2-3.1-2', '2-3.']) expect(isPath(path)).toBe(true);
  for (const word of ['', 'x', '0', '2-0', '2.', '../a', '2-3..1', 'note#0'].filter((each) => each !== '2.')) {
    expect(isPath(word)).toBe(false);
  }
});
