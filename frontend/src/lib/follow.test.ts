/** Promises of `follow.ts`: events reach who waits for them, typed, until nobody does. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { follow, REFUSED_PAUSE } from './follow.ts';

class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Stream[] = [];
  readyState = 0;
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

beforeEach(() => {
  vi.stubGlobal('document', { getElementById: () => null });
  vi.stubGlobal('EventSource', Stream);
  Stream.opened = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('hands on each event by its name, says when the connection is lost, and stops', () => {
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

it('asks again after a while for a stream that was refused, and not once it is over', () => {
  vi.useFakeTimers();
  const stop = follow('live', {}, {});
  for (let refused = 1; refused <= 2; refused += 1) {
    const stream = Stream.opened.at(-1);
    if (stream) stream.readyState = Stream.CLOSED;
    stream?.dispatchEvent(new Event('error'));
    expect(Stream.opened).toHaveLength(refused);
    if (refused === 2) stop();
    vi.advanceTimersByTime(REFUSED_PAUSE);
  }
  expect(Stream.opened).toHaveLength(2);
});
