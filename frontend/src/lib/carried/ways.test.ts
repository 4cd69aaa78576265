/** Promises of `ways.ts`: a file leads to what it holds, and to nothing else. */
import { expect, it } from 'vitest';

import { parseRoute } from '../route.ts';
import { carriedSession, carriedWays, isCarried } from './ways.ts';

it('knows its session by the first of those it has, and a server has none', () => {
  const rows = [{ sessionId: 'a' }, { sessionId: 'b' }];
  expect(carriedSession(new Map([['api/sessions', { rows }]]))).toBe('a');
  expect(carriedSession(new Map())).toBeNull();
  expect(carriedSession(null)).toBeNull();
});

it('leads to views of the session that it has', () => {
  const ways = carriedWays('a');
  expect(ways.map(({ title }) => title)).toEqual(['Session', 'Cost', 'Why']);
  expect(ways.every(({ route }) => isCarried('a', { parts: [], ...route }))).toBe(true);
});

it.each([
  ['#/session/a/2-1?tab=request', true],
  ['#/cost/a?by=turn', true],
  ['#/why/a', true],
  ['#/session/b', false],
  ['#/cost', false],
  ['#/failures', false],
  ['#/search?text=a', false],
  ['#/compare/a', false],
  ['#/', false],
])('%s: %s', (fragment, isThere) => {
  expect(isCarried('a', parseRoute(fragment))).toBe(isThere);
});
