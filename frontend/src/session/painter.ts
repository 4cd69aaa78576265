/**
 * Draws lanes of bars on a canvas: colour by meaning, and a shape that says the same without colour.
 *
 * What went well is a soft bar with a line below it. What failed is as high as its lane and has a sign, in the colour of
 * retries if it was tried again; an attempt that tried again has the sign of a retry. Waiting is hatched, what runs is open to the right, what was interrupted ends in a dashed line, several things too short to be told
 * apart are one solid bar.
 */
import { SIGNS } from '../lib/signs.ts';
import type { Bar } from '../lib/wire.ts';
import type { Tries } from './bars.ts';
import { pixel, type Stretch } from './timeline.ts';

/** The colours in force, by the names of their tokens. */
export type Colours = Readonly<Record<(typeof TOKENS)[number], string>>;

/** The tokens that the timeline is drawn with. */
export const TOKENS = [
  'text',
  'quiet',
  'line',
  'link',
  'chosen',
  'hover',
  'bar',
  'bar-tool',
  'failed',
  'retry',
  'running',
  'interrupted',
] as const;

/** A place for bars. */
export interface Strip {
  readonly top: number;
  readonly height: number;
}

const LEAST_FOR_SIGN = 14;
const LEAST_FOR_NAME = 44;
const SOFT = 0.32;

const MEANINGS: ReadonlyMap<string, keyof Colours> = new Map([
  ['failed', 'failed'],
  ['timeout', 'failed'],
  ['rejected', 'retry'],
  ['running', 'running'],
  ['cancelled', 'interrupted'],
  ['interrupted', 'interrupted'],
  ['abandoned', 'interrupted'],
]);

const STATUS_SIGNS: ReadonlyMap<string, string> = new Map([
  ['failed', SIGNS.error],
  ['timeout', SIGNS.error],
  ['rejected', SIGNS.error],
]);

/** From which pixel to which a bar reaches; at least one that can be seen. */
export function reach(bar: Bar, shown: Stretch, width: number): [number, number] {
  const from = pixel(bar.startedAt, shown, width);
  const to = bar.endedAt === null ? width : pixel(bar.endedAt, shown, width);
  return [Math.max(-2, from), Math.min(width + 2, Math.max(from + 1.5, to))];
}

export class Painter {
  readonly #to: CanvasRenderingContext2D;
  readonly #colours: Colours;
  readonly #width: number;
  readonly #shown: Stretch;
  readonly #tries: Tries;

  constructor(to: CanvasRenderingContext2D, colours: Colours, width: number, shown: Stretch, tries: Tries) {
    [this.#to, this.#colours, this.#width, this.#shown, this.#tries] = [to, colours, width, shown, tries];
  }

  /** Lines at some moments. */
  ticks(moments: readonly number[], height: number): void {
    this.#to.fillStyle = this.#colours.line;
    for (const each of moments) this.#to.fillRect(Math.round(pixel(each, this.#shown, this.#width)), 0, 1, height);
  }

  /** The time of the selected node, behind everything. */
  band(from: number, to: number, height: number): void {
    const [left, right] = [pixel(from, this.#shown, this.#width), pixel(to, this.#shown, this.#width)];
    this.#to.fillStyle = this.#colours.chosen;
    this.#to.globalAlpha = 0.7;
    this.#to.fillRect(left, 0, Math.max(2, right - left), height);
    this.#to.globalAlpha = 1;
  }

  /** One bar. */
  bar(bar: Bar, group: string, strip: Strip, isSelected: boolean): void {
    const [from, to] = reach(bar, this.#shown, this.#width);
    const [width, { top, height }] = [to - from, strip];
    const plain = this.#colours[group === 'tools' || group === 'sessions' ? 'bar-tool' : 'bar'];
    const colour = this.#colour(bar, plain);
    if (bar.kind === 'idle') return;
    if (bar.kind === 'backoff') this.#hatched(from, width, strip, colour);
    else if (bar.kind === 'bundle' || width < 3)
      this.#solid(bar, from, width, strip, bar.kind === 'bundle' ? plain : colour);
    else this.#soft(bar, from, width, strip, colour);
    if (isSelected) {
      this.#to.strokeStyle = this.#colours.link;
      this.#to.lineWidth = 2;
      this.#to.strokeRect(from - 1, top, Math.max(4, width + 2), height);
    }
  }

  #colour(bar: Bar, plain: string): string {
    const meaning = MEANINGS.get(bar.status);
    if (meaning === 'failed' && this.#tries.followed.has(bar.path)) return this.#colours.retry;
    if (meaning) return this.#colours[meaning];
    return bar.kind === 'backoff' ? this.#colours.retry : plain;
  }

  /** Too narrow for more; of several that are together the share that failed reaches up from below. */
  #solid(bar: Bar, from: number, width: number, { top, height }: Strip, colour: string): void {
    const inset = Math.min(3, height / 4);
    this.#to.fillStyle = colour;
    this.#to.globalAlpha = 0.75;
    this.#to.fillRect(from, top + inset, Math.max(1, width), height - 2 * inset);
    this.#to.globalAlpha = 1;
    if (!bar.failed) return;
    const tall = height * Math.max(0.4, bar.failed / bar.count);
    this.#to.fillStyle = this.#colours.failed;
    this.#to.fillRect(from, top + height - tall, Math.max(1, width), tall);
  }

  #soft(bar: Bar, from: number, width: number, { top, height }: Strip, colour: string): void {
    const inset = MEANINGS.get(bar.status) === 'failed' ? 0 : Math.min(1.5, height / 5);
    const [y, tall] = [top + inset, height - 2 * inset];
    this.#to.fillStyle = colour;
    this.#to.globalAlpha = SOFT;
    this.#to.fillRect(from, y, width, tall);
    this.#to.globalAlpha = 1;
    this.#to.fillRect(from, y + tall - 2, width, 2);
    if (bar.status === 'running') this.#open(from, width, y, tall);
    else if (MEANINGS.get(bar.status) === 'interrupted') this.#broken(from + width, y, tall, colour);
    if (height >= 11) this.#words(bar, from, width, top + height / 2);
  }

  #hatched(from: number, width: number, { top, height }: Strip, colour: string): void {
    const [y, tall] = [top + height / 4, height / 2];
    this.#to.save();
    this.#to.beginPath();
    this.#to.rect(from, y, width, tall);
    this.#to.clip();
    this.#to.strokeStyle = colour;
    this.#to.lineWidth = 1;
    this.#to.beginPath();
    const first = Math.max(from, 0);
    for (let x = first - tall; x < Math.min(from + width, this.#width); x += 4) {
      this.#to.moveTo(x, y + tall);
      this.#to.lineTo(x + tall, y);
    }
    this.#to.stroke();
    this.#to.restore();
  }

  /** Three dots at its end: it goes on. */
  #open(from: number, width: number, y: number, tall: number): void {
    this.#to.fillStyle = this.#colours.running;
    for (const at of [4, 8, 12]) if (width > 16) this.#to.fillRect(from + width - at, y + tall / 2 - 1, 2, 2);
  }

  /** A dashed line at its end: it was cut off. */
  #broken(x: number, y: number, tall: number, colour: string): void {
    this.#to.strokeStyle = colour;
    this.#to.lineWidth = 2;
    this.#to.setLineDash([2, 2]);
    this.#to.beginPath();
    this.#to.moveTo(x - 1, y);
    this.#to.lineTo(x - 1, y + tall);
    this.#to.stroke();
    this.#to.setLineDash([]);
  }

  #words(bar: Bar, from: number, width: number, middle: number): void {
    const again = bar.kind === 'attempt' && this.#tries.again.has(bar.path) ? SIGNS.retry : '';
    const left = Math.max(0, from) + 4;
    const right = Math.min(this.#width, from + width) - 4;
    if (right - left < LEAST_FOR_SIGN - 8) return;
    this.#to.save();
    this.#to.beginPath();
    this.#to.rect(left - 2, middle - 10, right - left + 2, 20);
    this.#to.clip();
    this.#to.fillStyle = this.#colours.text;
    this.#to.textBaseline = 'middle';
    const name = right - left >= LEAST_FOR_NAME - 8 ? (bar.name ?? bar.path) : '';
    this.#to.fillText([again, STATUS_SIGNS.get(bar.status), name].filter(Boolean).join(' '), left, middle);
    this.#to.restore();
  }
}
