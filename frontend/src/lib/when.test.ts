/** Promises of `when.ts`: a time says what tells it apart from others near it. */
import { expect, it } from 'vitest';

import { dayAndTime, everyDay, shortDay, when } from './when.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

it('shows the hour today, the day within the year, and the year before that', () => {
  expect(when(Date.UTC(2026, 10, 22, 9, 5, 7), NOW)).toBe('09:05:07');
  expect(when(Date.UTC(2026, 10, 9, 14, 34, 14), NOW)).toBe('Nov 09 14:34');
  expect(when(Date.UTC(2024, 10, 9, 14, 34, 14), NOW)).toBe('2024-11-09');
});

it('shows nothing for a time that no calendar has', () => {
  expect(when(1e300, NOW)).toBe('');
});

it('names a day', () => {
  expect(shortDay('2026-11-09')).toBe('Nov 09');
});

it('leaves out no day between two others', () => {
  expect(everyDay(['2026-11-30', '2026-12-02'])).toEqual(['2026-11-30', '2026-12-01', '2026-12-02']);
  expect(everyDay([])).toEqual([]);
  expect(everyDay(['1970-01-01', '2026-01-01'])).toHaveLength(2);
});

it('tells a moment with its day, local, to the millisecond', () => {
  expect(dayAndTime(new Date(2026, 10, 9, 4, 34, 14, 613).getTime())).toBe('2026-11-09 04:34:14.613');
});
