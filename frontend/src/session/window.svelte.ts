/**
 * The window of time that the timeline shows, and the bars for it.
 *
 * The whole session and the window are asked for apart, so that the strip above the lanes always has all of it. The bars
 * that are there are drawn at once wherever the window goes; those for it follow as soon as it rests.
 */
import { untrack } from 'svelte';

import { Answer } from '../lib/answer.svelte.ts';
import type { Lane, Timeline } from '../lib/wire.ts';
import { held, shifted, zoomed, type Stretch } from './timeline.ts';

const SETTLED = 60;
const PAUSE = 600;

/** What the timeline is about; read again whenever it changes. */
export interface Subject {
  /** The address of the timeline. */
  readonly path: string;
  /** How wide it is drawn; 0 while nothing may be asked. */
  readonly width: number;
  /** Goes up when the session went on. */
  readonly changes: number;
  /** Whether the end stays in sight. */
  readonly following: boolean;
  /** From when to when the selected node lasted. */
  readonly band: { readonly from: number; readonly to: number | null } | undefined;
}

export class TimeWindow {
  /** What is shown; `undefined` for the whole. */
  chosen: Stretch | undefined = $state.raw();
  #asked: Stretch | undefined = $state.raw();
  /** The changes that are drawn. */
  #seen = $state(0);
  #entire: Answer<Timeline>;
  #part: Answer<Timeline>;
  #began = 0;
  #took = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Made while a component is set up. */
  constructor(subject: () => Subject) {
    const pixels = $derived(Math.min(4096, Math.max(64, Math.ceil(subject().width / 64) * 64)));
    const path = $derived(subject().width ? subject().path : '');
    this.#entire = new Answer(() => this.#question(path, { pixels }));
    this.#part = new Answer(() => {
      const asked = this.#asked;
      return asked ? this.#question(path, { from: asked.from, to: asked.to, pixels }) : null;
    });
    this.#settle();
    this.#keepPace(() => subject().changes);
    this.#comeIntoSight(subject);
    $effect(() => () => clearTimeout(this.#timer));
  }

  /** All of the session. */
  get all(): Timeline | undefined {
    return this.#entire.value;
  }

  /** From when to when the session lasted. */
  get whole(): Stretch {
    const [from, to] = [this.all?.startedAt ?? 0, this.all?.endedAt ?? 1];
    return { from, to: Math.max(to, from + 1) };
  }

  /** What is shown. */
  get shown(): Stretch {
    return this.chosen ? held(this.chosen, this.whole) : this.whole;
  }

  /** The lanes for what is shown, or for what was. */
  get lanes(): readonly Lane[] {
    return (this.chosen ? (this.#part.value ?? this.all) : this.all)?.lanes ?? [];
  }

  /** Show a stretch of time. */
  show(next: Stretch): void {
    const { whole } = this;
    this.chosen = next.from <= whole.from && next.to >= whole.to ? undefined : next;
  }

  /** Show less or more time, with a moment in its place. */
  zoom(factor: number, around: number): void {
    const { shown } = this;
    this.show(zoomed(shown, this.whole, factor, Math.min(shown.to, Math.max(shown.from, around))));
  }

  /** Show what was before, or what came after. */
  shift(share: number): void {
    this.show(shifted(this.shown, this.whole, share));
  }

  #question(path: string, params: Readonly<Record<string, number>>): { path: string; params: typeof params } | null {
    void this.#seen;
    return path ? { path, params } : null;
  }

  /** While somebody zooms, only where they stop is asked for. */
  #settle(): void {
    $effect(() => {
      const next = this.chosen;
      const wait = setTimeout(() => (this.#asked = next), SETTLED);
      return () => clearTimeout(wait);
    });
  }

  /** A session that grows is drawn anew at a pace that leaves the server most of its time. */
  #keepPace(changes: () => number): void {
    $effect(() => {
      if (this.#entire.waiting) this.#began = performance.now();
      else if (this.#began) this.#took = performance.now() - this.#began;
    });
    $effect(() => {
      if (changes() === this.#seen) return;
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#seen = changes();
        },
        Math.max(PAUSE, 5 * this.#took),
      );
    });
  }

  /** What is selected elsewhere is shown, and the end while it is followed; who then looks elsewhere is not held back. */
  #comeIntoSight(subject: () => Subject): void {
    $effect(() => {
      const { band } = subject();
      const now = untrack(() => this.chosen);
      if (!now || !band || ((band.to ?? band.from) >= now.from && band.from <= now.to)) return;
      const share = (band.from - now.from) / (now.to - now.from) - 0.25;
      this.chosen = shifted(
        now,
        untrack(() => this.whole),
        share,
      );
    });
    $effect(() => {
      const { whole } = this;
      const now = untrack(() => this.chosen);
      if (!subject().following || !now || now.to >= whole.to) return;
      this.chosen = held({ from: whole.to + now.from - now.to, to: whole.to }, whole);
    });
  }
}
