/** Promises of `follow.ts`: events reach who waits for them, typed, until nobody does. */
import { afterEach, expect, it, vi } from 'vitest';

import { follow } from './follow.ts';

class Stream extends EventTarget {
  static opened: Stream[] = [];
  readonly url: string;
  closed = false;

  constructor(url: string) {
    super();
    this.url = url;
    Stream.opened.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

afterEach(() => vi.unstubAllGlobals());

it('hands on each event by its name, says when the connection is lost, and stops', () => {
  vi.stubGlobal('document', { getElementById: () => null });
  vi.stubGlobal('EventSource', Stream);
  const seen: unknown[] = [];
  const stop = follow<{ grown: { turns: number } }>(
    'live',
    { id: 'a' },
    { grown: ({ turns }) => seen.push(turns) },
    { lost: () => seen.push('lost'), back: () => seen.push('back') },
  );
  const [stream] = Stream.opened;
  stream?.dispatchEvent(new Event('open'));
  stream?.dispatchEvent(new MessageEvent('grown', { data: '{"turns":3}' }));
  stream?.dispatchEvent(new Event('error'));
  stop();
  expect(seen).toEqual(['back', 3, 'lost']);
  expect(stream?.url).toBe('api/live?id=a');
  expect(stream?.closed).toBe(true);
});
