/** Promises of `format.ts`: the page and the terminal show one number in one way. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import * as format from './format.ts';

type Row<V> = [V, string];

interface Table {
  duration: Row<number | null>[];
  count: Row<number | null>[];
  size: Row<number | null>[];
  money: Row<string | null>[];
  clock_time: Row<number>[];
  utc_time: [number | null, string | null][];
}

const table = JSON.parse(readFileSync(new URL('../../../tests/golden/numbers.json', import.meta.url), 'utf8')) as Table;

describe('every number of the table, which the terminal wrote, reads the same here', () => {
  it.each(table.duration)('duration %s is %s', (value, shown) => expect(format.duration(value)).toBe(shown));
  it.each(table.count)('count %s is %s', (value, shown) => expect(format.count(value)).toBe(shown));
  it.each(table.size)('size %s is %s', (value, shown) => expect(format.size(value)).toBe(shown));
  it.each(table.money)('money %s is %s', (value, shown) => expect(format.money(value)).toBe(shown));
  it.each(table.clock_time)('clock time %s is %s', (value, shown) => expect(format.clockTime(value)).toBe(shown));
  it.each(table.utc_time)('UTC time %s is %s', (value, shown) => expect(format.utcTime(value)).toBe(shown));
});

it('holds not-a-number for unknown', () => expect(format.duration(Number.NaN)).toBe('–'));
