/** Promises of `fences.ts`: code is told from words, and nothing of a text is lost. */
import { expect, it } from 'vitest';

import { pieces } from './fences.ts';

it('takes what is between fences for code and keeps every character', () => {
  const text = 'so:\n```python\nx = 1\n```\nand `y`\n';
  expect(pieces(text)).toEqual([
    { text: 'so:\n', isCode: false },
    { text: '```python\nx = 1\n```\n', isCode: true },
    { text: 'and `y`\n', isCode: false },
  ]);
});

it('lets a fence that nobody closes reach to the end, and keeps two blocks apart', () => {
  expect(pieces('~~~\na').map(({ isCode }) => isCode)).toEqual([true]);
  expect(pieces('```\na\n```\n```\nb\n```').map(({ text }) => text)).toEqual(['```\na\n```\n', '```\nb\n```']);
});

it('takes three backquotes within a line for no fence', () => {
  expect(pieces('```a``` b')).toEqual([{ text: '```a``` b', isCode: false }]);
});
