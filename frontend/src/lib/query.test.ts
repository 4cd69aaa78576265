/** Promises of `query.ts`: terms are added and taken away, and nobody's words are torn apart. */
import { expect, it } from 'vitest';

import { includes, joined, onDay, term, terms, turned } from './query.ts';

it('keeps together what quotes hold together', () => {
  expect(terms('agent:"my agent" -status:failed  "a \\" b"')).toEqual([
    'agent:"my agent"',
    '-status:failed',
    '"a \\" b"',
  ]);
  expect(terms('title:"not closed')).toEqual(['title:"not closed']);
  expect(terms('')).toEqual([]);
});

it('quotes what would mean something else', () => {
  expect(term('agent', 'support')).toBe('agent:support');
  expect(term('agent', 'a, "b"')).toBe('agent:"a, \\"b\\""');
  expect(term('tool', 'mcp:x*')).toBe('tool:"mcp:x*"');
});

it('replaces what was asked of the same field, and takes back what is there', () => {
  const failed = turned('agent:support status:ok', 'status:failed');
  expect(failed).toBe('agent:support status:failed');
  expect(turned(failed, 'status:failed')).toBe('agent:support');
  expect(turned('after:2d x', onDay('2026-11-30'))).toBe('x after:2026-11-30 before:2026-12-01');
});

it('says each term once', () => {
  expect(joined('agent:a is:root', 'is:root slug:x')).toBe('agent:a is:root slug:x');
  expect(includes('agent:a is:root', 'is:root')).toBe(true);
  expect(includes('agent:a', 'is:root')).toBe(false);
});
