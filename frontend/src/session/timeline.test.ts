/** Promises of `timeline.ts`: a window of time stays inside the session, and what is under the pointer stays there. */
import { expect, it } from 'vitest';

import { moment, pixel, shifted, ticks, zoomed, tickName } from './timeline.ts';

const whole = { from: 1000, to: 11000 };

it('zooms around a moment and never beyond the whole', () => {
  const near = zoomed(whole, whole, 0.5, 3000);
  expect(near).toEqual({ from: 2000, to: 7000 });
  expect(pixel(3000, near, 100)).toBe(pixel(3000, whole, 100));
  expect(zoomed(near, whole, 4, 3000)).toEqual(whole);
});

it('stops at the ends', () => {
  const part = { from: 2000, to: 4000 };
  expect(shifted(part, whole, -1)).toEqual({ from: 1000, to: 3000 });
  expect(shifted(part, whole, 100)).toEqual({ from: 9000, to: 11000 });
});

it('goes from a moment to a pixel and back', () => {
  for (const time of [1000, 2345, 11000]) expect(moment(pixel(time, whole, 640), whole, 640)).toBeCloseTo(time);
});

it('marks round moments', () => {
  expect(ticks(whole, 1000, 500, 100)).toEqual([1000, 3000, 5000, 7000, 9000, 11000]);
  expect(ticks({ from: 1000, to: 1000 + 86400000 * 3 }, 1000, 300, 100)).toHaveLength(4);
  expect(ticks({ from: 1000, to: 1001 }, 1000, 500, 100)).toHaveLength(6);
});

it('tells a moment on the axis as exactly as their distance needs', () => {
  expect([0, 500, 1000, 1500].map((at) => tickName(at, 500))).toEqual(['0', '500 ms', '1 s', '1.5 s']);
  expect([12_340, 12_350].map((at) => tickName(at, 10))).toEqual(['12.34 s', '12.35 s']);
  expect([120_000, 150_000, 3_600_000].map((at) => tickName(at, 30_000))).toEqual(['2 min', '2 min 30 s', '1 h']);
  expect(tickName(3_661_500, 500)).toBe('1 h 1 min 1.5 s');
});
