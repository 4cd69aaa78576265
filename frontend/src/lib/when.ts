/**
 * A time as a list shows it: as little as tells it apart, local. The counterpart of `clew.tui.when`.
 */
import { clockTime } from './format.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400_000;
/** Days after which the year says more than the hour. */
const SINCE_FULL = 300;
/** Days between two others beyond which a clock was wrong. */
const MOST_DAYS = 1000;

/** `14:34:14` today, `Nov 09 14:34` within the year, else `2024-11-09`; both in milliseconds since the epoch. */
export function when(milliseconds: number, now: number): string {
  const [moment, today] = [new Date(milliseconds), new Date(now)];
  if (Number.isNaN(moment.getTime())) return '';
  const [hours, minutes, seconds] = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two);
  if (moment.toDateString() === today.toDateString()) return `${hours}:${minutes}:${seconds}`;
  if (Math.abs(now - milliseconds) < SINCE_FULL * DAY) return `${monthAndDay(moment)} ${hours}:${minutes}`;
  return `${String(moment.getFullYear()).padStart(4, '0')}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** A moment to the millisecond, with its day, local: `2026-11-09 14:34:14.613`. */
export function dayAndTime(milliseconds: number): string {
  const moment = new Date(milliseconds);
  const day = [String(moment.getFullYear()).padStart(4, '0'), two(moment.getMonth() + 1), two(moment.getDate())];
  return `${day.join('-')} ${clockTime(milliseconds)}`;
}

/** A day as a column shows it: `2026-11-09` is `Nov 09`. */
export function shortDay(day: string): string {
  const [, month = '', date = ''] = day.split('-');
  return `${MONTHS[Number(month) - 1] ?? month} ${date}`;
}

/** Every day from the first of some to the last; of very many only those. */
export function everyDay(days: readonly string[]): string[] {
  const ordered = days.toSorted();
  const [first, last] = [ordered[0], ordered.at(-1)].map((day) => Date.parse(`${day}T00:00:00Z`));
  const between = Math.round(((last ?? 0) - (first ?? 0)) / DAY);
  if (!ordered.length || !(between >= 0 && between <= MOST_DAYS)) return ordered;
  return Array.from({ length: between + 1 }, (_, at) => new Date((first ?? 0) + at * DAY).toISOString().slice(0, 10));
}

function monthAndDay(moment: Date): string {
  return `${MONTHS[moment.getMonth()]} ${two(moment.getDate())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
