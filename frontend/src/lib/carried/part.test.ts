/** Promises of `part.ts`: what parts share is put in its place, and every place in a part is found. */
import { expect, it } from 'vitest';

import type { Answers } from './file.ts';
import { findIn, wholePart, type Shown } from './part.ts';

const JSON_LINES = ['{', '  "model": "m",', '  "said": "one\\ntwo",', '  "messages": []', '}'];
const NODE = 'api/sessions/a/nodes/1-1/parts';

function file(parts: Readonly<Record<string, unknown>>, shelves: Readonly<Record<string, unknown>> = {}): Answers {
  const named = Object.entries(parts).map(([name, part]): [string, unknown] => [`${NODE}/${name}`, part]);
  const kept = Object.entries(shelves).map(([name, shelf]): [string, unknown] => [`api/sessions/a/${name}`, shelf]);
  return new Map([...named, ...kept]);
}

function pieces(answers: Answers, part: string, shown: Shown, at = '[]'): readonly unknown[] | undefined {
  return wholePart(answers, `${NODE}/${part}`, shown, at);
}

function message(number: number, text: string): object {
  return { number, role: 'user', blocks: [{ kind: 'text', text, at: ['messages', number, 'content'] }] };
}

it('puts the lines of a shelf where a run of them stands', () => {
  const answers = file(
    { p: { lines: ['[', ['messages', 1, 2], ['tools', 0, 1], ']'] }, q: { same: `${NODE}/p` } },
    { 'lines/messages': ['a', 'b', 'c'], 'lines/tools': ['t', 'u'] },
  );
  expect(pieces(answers, 'p', 'json')).toEqual(['[', 'b', 'c', 't', ']']);
  expect(pieces(answers, 'q', 'json')).toEqual(['[', 'b', 'c', 't', ']']);
});

it('numbers the messages of a shelf by where they stand now', () => {
  const shelf = [0, 1, 2, 3].map((number) => message(number, `m${number}`));
  const answers = file({ p: { messages: [['messages', 2, 2], message(2, 'own')] } }, { 'messages/messages': shelf });
  expect(pieces(answers, 'p', 'conversation')).toEqual([
    { ...message(0, 'm2') },
    { ...message(1, 'm3') },
    message(2, 'own'),
  ]);
  expect(shelf[2]).toEqual(message(2, 'm2'));
});

it('has nothing of a part that was left out, and no conversation where there is none', () => {
  expect(pieces(new Map(), 'p', 'json')).toBeUndefined();
  expect(pieces(file({ p: { lines: ['1'] } }), 'p', 'conversation')).toBeUndefined();
});

it('reads a text out of its JSON, unless it is told as text', () => {
  expect(pieces(file({ p: { lines: ['"one\\nt', 'wo"'] } }), 'p', 'text')).toEqual(['one', 'two']);
  expect(pieces(file({ p: { lines: ['"\\u001b[31mred"'], text: ['red'] } }), 'p', 'text')).toEqual(['red']);
  expect(pieces(file({ p: { lines: ['{', '}'] } }), 'p', 'text')).toEqual(['{', '}']);
  const long = 'é'.repeat(4001);
  expect(
    pieces(file({ p: { lines: [JSON.stringify(long)] } }), 'p', 'text')?.map((line) => String(line).length),
  ).toEqual([2000, 2000, 1]);
});

it('takes a member out of the JSON, as it stands and as text', () => {
  const answers = file({ a: { lines: JSON_LINES } });
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
