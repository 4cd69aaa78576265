/** Promises of `hits.svelte.ts`: hits stand below the session they are in. */
import { expect, it } from 'vitest';

import { grouped } from './hits.svelte.ts';
import type { Spotted } from './wire.ts';

function hit(sessionId: string, path: string): Spotted {
  const nothing = { agentId: null, status: null, event: '', field: '', where: '', before: '', match: '', after: '' };
  return { ...nothing, sessionId, path, count: 1 };
}

it('gives each session a line of its own, with the number of its hits', () => {
  const lines = grouped([hit('a', '1'), hit('a', '2'), hit('b', '1')]);
  expect(lines.map((line) => [line.kind, line.hit.path, 'count' in line ? line.count : null])).toEqual([
    ['session', '1', 2],
    ['hit', '1', null],
    ['hit', '2', null],
    ['session', '1', 1],
    ['hit', '1', null],
  ]);
  expect(grouped([])).toEqual([]);
});
