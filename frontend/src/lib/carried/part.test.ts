/** Promises of `part.ts`: a part that begins like another is put together, and every place in it is found. */
import { expect, it } from 'vitest';

import type { Answers } from './file.ts';
import { findIn, wholePart, type Shown } from './part.ts';

const JSON_LINES = ['{', '  "model": "m",', '  "said": "one\\ntwo",', '  "messages": []', '}'];

function page(shown: Shown, pieces: readonly unknown[], after: readonly [string, number] | null = null): object {
  return { lines: shown === 'conversation' ? null : pieces, messages: shown === 'conversation' ? pieces : null, after };
}

function pieces(answers: Answers, part: string, shown: Shown, at = '[]'): readonly unknown[] | undefined {
  return wholePart(answers, part, shown, at)?.pieces;
}

it('follows a part to those it begins like, however many', () => {
  const answers = new Map<string, unknown>([['0?as=text', page('text', ['a', 'b', 'c'])]]);
  for (let at = 1; at < 5000; at += 1) answers.set(`${at}?as=text`, page('text', [`n${at}`], [`${at - 1}?as=text`, 2]));
  expect(pieces(answers, '1', 'text')).toEqual(['a', 'b', 'n1']);
  expect(pieces(answers, '4999', 'text')).toEqual(['a', 'b', 'n4999']);
});

it('takes no more of a part than the next one says', () => {
  const answers = new Map([
    ['a?as=text', page('text', [1, 2, 3, 4])],
    ['b?as=text', page('text', [5, 6], ['a?as=text', 3])],
    ['c?as=text', page('text', [7], ['b?as=text', 4])],
    ['d?as=text', page('text', [8], ['c?as=text', 2])],
  ]);
  expect(pieces(answers, 'c', 'text')).toEqual([1, 2, 3, 5, 7]);
  expect(pieces(answers, 'd', 'text')).toEqual([1, 2, 8]);
});

it('has nothing where a part that it begins like was left out', () => {
  expect(pieces(new Map([['b?as=json', page('json', [1], ['a?as=json', 2])]]), 'b', 'json')).toBeUndefined();
});

it('finds a long text with the first part that has its message', () => {
  const at = '["messages",0,"content é"]';
  const answers = new Map([
    ['a?as=conversation', page('conversation', [1])],
    [`a?as=text&at=${encodeURIComponent(at)}`, page('text', ['long'])],
    ['b?as=conversation', page('conversation', [2], ['a?as=conversation', 1])],
  ]);
  expect(pieces(answers, 'b', 'text', at)).toEqual(['long']);
  expect(pieces(answers, 'b', 'text', '["messages",1]')).toBeUndefined();
});

it('takes a member out of the JSON, as it stands and as text', () => {
  const answers = new Map([['a?as=json', page('json', JSON_LINES)]]);
  expect(pieces(answers, 'a', 'json', '["model"]')).toEqual(['"m"']);
  expect(pieces(answers, 'a', 'text', '["said"]')).toEqual(['one', 'two']);
  expect(pieces(answers, 'a', 'json', '["absent"]')).toBeUndefined();
  expect(pieces(answers, 'a', 'json', 'no json')).toEqual(JSON_LINES);
});

it('finds signs as they are, by characters and over the end of a long line', () => {
  expect([...findIn(['a.b', 'axb', '😀a.b a.b'], 'a.b', 0, false)]).toEqual([
    { line: 0, column: 0, length: 3 },
    { line: 2, column: 1, length: 3 },
  ]);
  const long = 'x'.repeat(1998) + 'ab';
  expect([...findIn([long, 'cd'], 'abcd', 0, false)]).toEqual([{ line: 0, column: 1998, length: 4 }]);
  expect([...findIn(['ab', 'cd'], 'abcd', 0, false)]).toEqual([]);
});
