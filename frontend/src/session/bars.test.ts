/** Promises of `bars.ts`: a retry is told from a first try, whatever part of the session is shown. */
import { expect, it } from 'vitest';

import type { Bar, Lane } from '../lib/wire.ts';
import { tries, words } from './bars.ts';

function bar(path: string, startedAt: number, kind: Bar['kind'] = 'attempt'): Bar {
  return { kind, path, status: 'ok', name: 'a-model', startedAt, endedAt: startedAt + 5, count: 1, failed: 0 };
}

const lanes: Lane[] = [
  { group: 'models', bars: [bar('1-1', 0), bar('1-1', 5, 'backoff'), bar('1-2', 10), bar('2-1', 20)] },
  { group: 'models', bars: [bar('2-3.1-1', 30), bar('2-3.1-2', 40), bar('', 50, 'idle')] },
];

it('tells which attempts tried again, and after which ones it was tried again', () => {
  const { again, followed } = tries([...lanes, ...lanes]);
  expect([...again]).toEqual(['1-2', '2-3.1-2']);
  expect([...followed]).toEqual(['1-1', '2-3.1-1']);
});

it('says in words what a bar is', () => {
  expect(words(bar('1-1', 0), 100)).toBe('attempt · 1-1 · a-model · ok · 5.00 ms');
  expect(words(bar('1-2', 10), 100, true)).toBe('retry · 1-2 · a-model · ok · 5.00 ms');
});
