/** Promises of `file.ts`: out of whole answers comes what a server would have said, and what is not there is named. */
import { expect, it } from 'vitest';

import { ApiError } from '../apiError.ts';
import { carriedAnswer, type Answers } from './file.ts';

const BASE = 'api/sessions/a';
const LOGS = Array.from({ length: 5 }, (_, place) => ({ place, slug: `test.${place}`, parts: [] }));
const LINES = Array.from({ length: 30 }, (_, at) => `line ${at}`);
const BARS = [
  { startedAt: 0, endedAt: 10 },
  { startedAt: 20, endedAt: 30 },
  { startedAt: 40, endedAt: null },
];

const PARTS = [
  { name: 'system prompt', kind: 'text', size: 9 },
  { name: 'tools', kind: 'json', size: 2 },
  { name: 'request', kind: 'json', size: 1 },
];

const FILE: Answers = new Map<string, unknown>([
  [BASE, { row: { sessionId: 'a', parentId: null } }],
  [`${BASE}/why`, { status: 'failed' }],
  [`${BASE}/costs?by=turn`, { shares: [1, 2, 3], first: 0, count: 3, total: {} }],
  [`${BASE}/timeline`, { startedAt: 0, endedAt: 50, window: [0, 50], lanes: [{ group: 'rounds', bars: BARS }] }],
  [`${BASE}/nodes/1-1`, { detail: { path: '1-1', parts: PARTS, logs: LOGS }, logCount: 5 }],
  [`${BASE}/nodes/1-1/new`, { before: null, new: null }],
  [`${BASE}/nodes/1-1/parts/system%20prompt`, { lines: [JSON.stringify(LINES.join('\n'))] }],
  [`${BASE}/nodes/1-1/parts/tools`, { lines: ['{', '}'] }],
]);

it('answers what is carried as it is', () => {
  expect(carriedAnswer(FILE, 'sessions/a', {})).toBe(FILE.get(BASE));
  expect(carriedAnswer(FILE, 'sessions/a/why', {})).toEqual({ status: 'failed' });
  expect(carriedAnswer(FILE, 'sessions/a/nodes/1-1/new', {})).toEqual({ before: null, new: null });
});

it('cuts pages of log entries, lines and shares', () => {
  const node = carriedAnswer(FILE, 'sessions/a/nodes/1-1', { logsFrom: 1, logsTo: 3 });
  expect(node).toMatchObject({ detail: { logs: [{ place: 1 }, { place: 2 }] }, logCount: 5 });
  const lines = carriedAnswer(FILE, 'sessions/a/nodes/1-1/parts/system%20prompt', { as: 'text', from: 28, to: 40 });
  expect(lines).toMatchObject({ lines: ['line 28', 'line 29'], first: 28, known: 30, kind: 'text' });
  expect(carriedAnswer(FILE, 'sessions/a/costs', { by: 'turn', from: 1, to: 2 })).toMatchObject({
    shares: [2],
    first: 1,
  });
});

it('has no conversation where there is none', () => {
  const asked = () => carriedAnswer(FILE, 'sessions/a/nodes/1-1/parts/tools', { as: 'conversation' });
  expect(asked).toThrow(new ApiError(404, 'web.no_part'));
});

it('finds a text, so many places at a time', () => {
  const path = 'sessions/a/nodes/1-1/parts/system%20prompt/find';
  const first = carriedAnswer(FILE, path, { needle: 'LINE 2', limit: 3, ignoreCase: true, at: '' });
  expect(first).toEqual({ matches: [2, 20, 21].map((line) => ({ line, column: 0, length: 6 })), isLast: false });
  expect(carriedAnswer(FILE, path, { needle: 'line 2', from: 29 })).toMatchObject({
    matches: [{ line: 29 }],
    isLast: true,
  });
  expect(carriedAnswer(FILE, path, { needle: 'LINE 2' })).toEqual({ matches: [], isLast: true });
});

it('shows the bars of a window, one that runs included', () => {
  expect(carriedAnswer(FILE, 'sessions/a/timeline', { pixels: 64 })).toBe(FILE.get(`${BASE}/timeline`));
  const window = carriedAnswer(FILE, 'sessions/a/timeline', { from: 25, to: 45, pixels: 64 });
  expect(window).toMatchObject({ window: [25, 45], lanes: [{ bars: [{ startedAt: 20 }, { startedAt: 40 }] }] });
  expect(carriedAnswer(FILE, 'sessions/a/timeline', { from: 12, to: 15 })).toMatchObject({ lanes: [] });
});

it('says of a query what only a server can tell', () => {
  expect(carriedAnswer(FILE, 'complete', { text: 'tool:memory', cursor: 3 })).toEqual({ items: [], problem: null });
  expect(carriedAnswer(FILE, 'complete', { text: 'a cost:>1' })).toMatchObject({ problem: { column: 3 } });
});

it.each([
  ['sessions/b', 'page.not_in_file'],
  ['sessions/b/rows', 'page.not_in_file'],
  ['search', 'page.not_in_file'],
  ['costs', 'page.not_in_file'],
  ['overview', 'page.not_in_file'],
  ['sessions', 'page.not_in_file'],
  ['sessions/a/nodes/9', 'web.no_node'],
  ['sessions/a/nodes/1-1/parts/request', 'page.left_out'],
  ['sessions/a/nodes/1-1/parts/absent', 'page.left_out'],
  ['sessions/a/costs', 'page.left_out'],
])('names what it does not have: %s', (path, slug) => {
  expect(() => carriedAnswer(FILE, path, {})).toThrow(new ApiError(404, slug));
});
