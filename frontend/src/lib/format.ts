/**
 * Numbers for people, to the letter as the terminal shows them: the counterpart of `clew.text.numbers`.
 *
 * Three significant digits and a unit; what is unknown is `–`, never `0`. Both sides are held to one table,
 * `tests/golden/numbers.json`.
 */
import { fixed, significant, whole } from './rounding.ts';

/** What stands for a number nobody knows. */
export const UNKNOWN = '–';

type Unknown = null | undefined;

const THOUSAND = 1000;
const LONGEST_IN_SECONDS = 100;
/** Decimals of a small amount of which the last may be zero. */
const CENTS = 4;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** A span of time in milliseconds: `842 ms`, `12.3 s`, `2 min 05 s`, `3 h 07 min`, `2 d 04 h`. */
export function duration(milliseconds: number | Unknown): string {
  if (milliseconds == null || Number.isNaN(milliseconds)) return UNKNOWN;
  if (milliseconds < 0) return `-${duration(-milliseconds)}`;
  if (rounded(milliseconds) < THOUSAND) {
    return `${milliseconds >= 1 || !milliseconds ? threeDigits(milliseconds) : fixed(milliseconds, 2)} ms`;
  }
  const seconds = milliseconds / THOUSAND;
  return rounded(seconds) < LONGEST_IN_SECONDS ? `${threeDigits(seconds)} s` : longDuration(whole(seconds));
}

/** How many: `412`, `41.2k`, `1.20M`, `3.00G`. */
export function count(number: number | Unknown): string {
  return number == null ? UNKNOWN : scaled(number, ['', 'k', 'M', 'G', 'T']);
}

/** How many bytes: `812 B`, `2.10 kB`, `1.05 MB`. */
export function size(octets: number | Unknown): string {
  return octets == null ? UNKNOWN : scaled(octets, [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** US dollars, which the wire carries as a decimal text: `$0.0312`, `$1.20`, `$41.2`, `$1,234`. */
export function money(dollars: string | number | Unknown): string {
  if (dollars == null) return UNKNOWN;
  const amount = Number(dollars);
  if (amount < 0) return `-${money(-amount)}`;
  let text = threeDigits(amount);
  while (text.endsWith('0') && (text.split('.')[1] ?? '').length > CENTS) text = text.slice(0, -1);
  return `$${text}`;
}

/** A time of day, local, to the millisecond; times are milliseconds since the epoch. */
export function clockTime(milliseconds: number): string {
  const { seconds, micros } = moment(milliseconds);
  const date = new Date(seconds * THOUSAND);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${parts}.${String(Math.floor(micros / THOUSAND)).padStart(3, '0')}`;
}

/** A time for data: ISO 8601 in UTC, to the microsecond; for what shows the exact value on demand. */
export function utcTime(milliseconds: number | Unknown): string | null {
  if (milliseconds == null) return null;
  const { seconds, micros } = moment(milliseconds);
  const date = new Date(seconds * THOUSAND).toISOString();
  return date.replace(/\.\d+Z$/, `.${String(micros).padStart(6, '0')}Z`);
}

/** A number of at least 0 with three significant digits and no exponent; thousands are grouped. */
export function threeDigits(value: number): string {
  const short = rounded(value);
  if (short === 0) return '0';
  const wholeDigits = short >= 1 ? BigInt(Math.floor(short)).toString().length : -leadingZeros(short);
  const [digits = '', decimals] = fixed(short, Math.max(0, 3 - wholeDigits)).split('.');
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function rounded(value: number): number {
  return value < THOUSAND ? significant(value, 3) : whole(value);
}

/** Zeros between the point and the first digit of a number below 1. */
function leadingZeros(fraction: number): number {
  return -Number(fraction.toExponential().split('e')[1]) - 1;
}

function scaled(number: number, units: readonly string[]): string {
  if (Math.abs(number) < THOUSAND) return `${number}${units[0]}`;
  let value = number;
  let unit = 0;
  while (Math.abs(significant(value, 3)) >= THOUSAND && unit < units.length - 1) {
    value /= THOUSAND;
    unit += 1;
  }
  return `${value < 0 ? '-' : ''}${threeDigits(Math.abs(value))}${units[unit]}`;
}

function longDuration(seconds: number): string {
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${twoDigits(seconds % MINUTE)} s`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ${twoDigits(Math.floor((seconds % HOUR) / MINUTE))} min`;
  return `${Math.floor(seconds / DAY)} d ${twoDigits(Math.floor((seconds % DAY) / HOUR))} h`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** A time as whole seconds and microseconds; a time that no calendar has becomes the epoch. */
function moment(milliseconds: number): { seconds: number; micros: number } {
  const exact = milliseconds / THOUSAND;
  const seconds = Math.floor(exact);
  const micros = whole((exact - seconds) * 1e6);
  if (!Number.isFinite(exact) || Math.abs(exact) > 253402300799) return { seconds: 0, micros: 0 };
  return micros < 1e6 ? { seconds, micros } : { seconds: seconds + 1, micros: 0 };
}
