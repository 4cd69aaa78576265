/** Promises of `span.ts`: a list draws what can be seen, however long it is. */
import { expect, it } from 'vitest';

import { movedTo, scrolledTo, visibleSpan } from './span.ts';

it('draws as many rows of a million as of a hundred', () => {
  const span = visibleSpan(1_000_000, 28, 14_000_000, 560);
  expect(span).toEqual({ first: 500_000 - 10, end: 500_020 + 10 });
});

it('draws no row that is not there', () => {
  expect(visibleSpan(3, 28, 0, 560)).toEqual({ first: 0, end: 3 });
  expect(visibleSpan(0, 28, 0, 560)).toEqual({ first: 0, end: 0 });
  expect(visibleSpan(10, 28, 1e6, 560)).toEqual({ first: 10, end: 10 });
});

it('scrolls no further than needed', () => {
  expect(scrolledTo(5, 28, 0, 560)).toBe(0);
  expect(scrolledTo(20, 28, 0, 560)).toBe(28);
  expect(scrolledTo(3, 28, 280, 560)).toBe(84);
});

it('moves within the list, and only by the keys that move', () => {
  expect(movedTo('ArrowDown', 9, 10, 4)).toBe(9);
  expect(movedTo('PageUp', 2, 10, 4)).toBe(0);
  expect(movedTo('End', 0, 10, 4)).toBe(9);
  expect(movedTo('Enter', 0, 10, 4)).toBeNull();
  expect(movedTo('Home', 0, 0, 4)).toBeNull();
});
