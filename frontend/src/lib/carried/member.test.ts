/** Promises of `member.ts`: what stands at a place in indented JSON is found, and nothing in a string misleads it. */
import { expect, it } from 'vitest';

import { member } from './member.ts';

const VALUE = { a: 1, list: ['x', { deep: [true, {}] }], 'b "c"': { d: null }, last: 'end' };
const LINES = JSON.stringify(VALUE, null, 2).split('\n');

it.each([
  [['a'], 1],
  [['list'], VALUE.list],
  [['list', 1], { deep: [true, {}] }],
  [['list', 1, 'deep', 0], true],
  [['b "c"', 'd'], null],
  [['last'], 'end'],
  [[], VALUE],
])('finds %j', (at, value) => {
  expect(member(LINES, at as (string | number)[])?.join('\n')).toBe(JSON.stringify(value, null, 2));
});

it('finds nothing where nothing is', () => {
  for (const at of [['absent'], ['list', 2], ['a', 'b'], ['list', 'deep'], [0]])
    expect(member(LINES, at)).toBeUndefined();
});

it('is not misled by a string that goes on in the next line', () => {
  const lines = ['{', '  "text": "begins \\" {', '  "model": "wrong",', '  and ends",', '  "model": "right"', '}'];
  expect(member(lines, ['model'])).toEqual(['"right"']);
});
