/**
 * A time as a list shows it: as little as tells it apart, local. The counterpart of `clew.tui.when`.
 */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400_000;
/** Days after which the year says more than the hour. */
const SINCE_FULL = 300;

/** `14:34:14` today, `Nov 09 14:34` within the year, else `2024-11-09`; both in milliseconds since the epoch. */
export function when(milliseconds: number, now: number): string {
  const [moment, today] = [new Date(milliseconds), new Date(now)];
  if (Number.isNaN(moment.getTime())) return '';
  const [hours, minutes, seconds] = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two);
  if (moment.toDateString() === today.toDateString()) return `${hours}:${minutes}:${seconds}`;
  if (Math.abs(now - milliseconds) < SINCE_FULL * DAY) return `${monthAndDay(moment)} ${hours}:${minutes}`;
  return `${String(moment.getFullYear()).padStart(4, '0')}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** A day as a column shows it: `2026-11-09` is `Nov 09`. */
export function shortDay(day: string): string {
  const [, month = '', date = ''] = day.split('-');
  return `${MONTHS[Number(month) - 1] ?? month} ${date}`;
}

function monthAndDay(moment: Date): string {
  return `${MONTHS[moment.getMonth()]} ${two(moment.getDate())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
