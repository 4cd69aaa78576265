/** A stretch of time, and how it lies on pixels: pure arithmetic for the timeline. */

/** From when to when, in milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** No clock is finer. */
const LEAST = 0.01;

/** Half the time, or twice the time, around a moment; never more than the whole. */
export function zoomed(shown: Stretch, whole: Stretch, factor: number, around: number): Stretch {
  const length = Math.max(LEAST, (shown.to - shown.from) * factor);
  const share = (around - shown.from) / (shown.to - shown.from || 1);
  return held({ from: around - length * share, to: around + length * (1 - share) }, whole);
}

/** The stretch beside this one, by a share of its length. */
export function shifted(shown: Stretch, whole: Stretch, share: number): Stretch {
  const by = (shown.to - shown.from) * share;
  return held({ from: shown.from + by, to: shown.to + by }, whole);
}

/** A stretch of the same length that lies within the whole, or the whole if it is longer. */
export function held(shown: Stretch, whole: Stretch): Stretch {
  const length = shown.to - shown.from;
  if (length >= whole.to - whole.from) return whole;
  const from = Math.min(Math.max(shown.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** The pixel of a moment. */
export function pixel(moment: number, shown: Stretch, width: number): number {
  return ((moment - shown.from) / (shown.to - shown.from || 1)) * width;
}

/** The moment at a pixel. */
export function moment(x: number, shown: Stretch, width: number): number {
  return shown.from + (x / Math.max(1, width)) * (shown.to - shown.from);
}

/** Round moments for the axis, counted from the beginning of the session, at least `apart` pixels apart. */
export function ticks(shown: Stretch, start: number, width: number, apart: number): number[] {
  const span = shown.to - shown.from;
  const step = roundStep((span / Math.max(1, width)) * apart);
  const first = Math.ceil((shown.from - start) / step);
  const last = Math.floor((shown.to - start) / step);
  return Array.from({ length: Math.max(0, Math.min(200, last - first + 1)) }, (_, at) => start + (first + at) * step);
}

/** What a moment on the axis is called, that far from the beginning: as exact as its neighbours need, and no more. */
export function tickName(since: number, step: number): string {
  if (since === 0) return '0';
  if (Math.abs(since) < SECOND) return `${exact(since, step)} ms`;
  const seconds = exact(since / SECOND, step / SECOND);
  if (Math.abs(since) < 100 * SECOND) return `${seconds} s`;
  const hours = Math.floor(Number(seconds) / 3600);
  const minutes = Math.floor((Number(seconds) % 3600) / 60);
  const rest = Number(exact(Number(seconds) % 60, step / SECOND));
  return [hours && `${hours} h`, (minutes || !hours) && `${minutes} min`, rest && `${rest} s`]
    .filter(Boolean)
    .join(' ');
}

/** As many decimals as a step has, without zeros at the end. */
function exact(value: number, step: number): string {
  return String(Number(value.toFixed(Math.min(6, Math.max(0, Math.ceil(-Math.log10(step)))))));
}

const SECOND = 1000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

function roundStep(least: number): number {
  const known = STEPS.find((step) => step * SECOND >= least);
  if (least >= SECOND && known) return known * SECOND;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, LEAST)));
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power;
}
