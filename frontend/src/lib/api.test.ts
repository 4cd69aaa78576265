/** Promises of `api.ts`: one question has one address, and a failure says what the server said. */
import { afterEach, expect, it, vi } from 'vitest';

import { address, ApiError, ask } from './api.ts';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: string): void {
  vi.stubGlobal('document', { getElementById: () => null });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
}

it('writes an address in one way, whatever the order of the parameters', () => {
  expect(address('sessions', { q: 'a b', limit: 5 })).toBe('api/sessions?limit=5&q=a+b');
  expect(address('sessions', { limit: 5, q: 'a b', cursor: null, sort: '' })).toBe('api/sessions?limit=5&q=a+b');
  expect(address('costs', { by: ['model', 'agent'] })).toBe('api/costs?by=model&by=agent');
});

it('hands an answer on', async () => {
  answering(200, '{"rows":[1]}');
  expect(await ask('sessions')).toEqual({ rows: [1] });
});

it('names the slug and the incident of a failure', async () => {
  answering(404, '{"error":{"slug":"session.not_found","id":"7f3a91c2"}}');
  await expect(ask('sessions')).rejects.toMatchObject({ status: 404, slug: 'session.not_found', incident: '7f3a91c2' });
});

it('stays calm when the failure is not JSON', async () => {
  answering(502, '<html>');
  await expect(ask('sessions')).rejects.toEqual(new ApiError(502, 'page.unexpected_answer'));
});

it('tells what goes away by itself from what stays', async () => {
  answering(503, '{"error":{"slug":"web.reading","id":"7f3a91c2"}}');
  await expect(ask('sessions/a')).rejects.toMatchObject({ isPassing: true });
  answering(404, '{"error":{"slug":"web.no_session","id":"7f3a91c2"}}');
  await expect(ask('sessions/a')).rejects.toMatchObject({ isPassing: false });
});
