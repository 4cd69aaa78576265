/** What the bars of a timeline are called, and in which order the arrow keys go through them. */

import { count, duration } from '../lib/format.ts';
import type { Bar, Lane } from '../lib/wire.ts';

/** A bar in words; one that has not ended lasts until `now`. */
export function words(bar: Bar, now: number, isAgain = false): string {
  const took = duration((bar.endedAt ?? now) - bar.startedAt);
  if (bar.kind === 'bundle')
    return `${count(bar.count)} in ${took}${bar.failed ? `, ${count(bar.failed)} failed` : ''}`;
  const status = bar.kind === 'idle' || bar.kind === 'backoff' ? '' : bar.status;
  const kind = bar.kind === 'backoff' ? 'waited after' : isAgain ? 'retry' : bar.kind;
  return [kind, bar.path, bar.name, status, took].filter(Boolean).join(' · ');
}

/** Attempts of rounds with several, by their paths. */
export interface Tries {
  /** Those that tried again. */
  readonly again: ReadonlySet<string>;
  /** Those after which it was tried again. */
  readonly followed: ReadonlySet<string>;
}

/** Which attempts are retries, and which were made good or followed by one; what lanes show twice counts once. */
export function tries(lanes: readonly Lane[]): Tries {
  const attempts = lanes.flatMap(({ bars }) => bars).filter(({ kind, path }) => kind === 'attempt' && path);
  const began = new Map(attempts.map((bar) => [bar.path, bar.startedAt]));
  const paths = [...began.keys()].toSorted((one, other) => (began.get(one) ?? 0) - (began.get(other) ?? 0));
  const [firsts, lasts] = [new Map<string, string>(), new Map<string, string>()];
  for (const path of paths) {
    const round = path.replace(/-\d+$/, '');
    if (!firsts.has(round)) firsts.set(round, path);
    lasts.set(round, path);
  }
  const [first, last] = [new Set(firsts.values()), new Set(lasts.values())];
  return {
    again: new Set(paths.filter((path) => !first.has(path))),
    followed: new Set(paths.filter((path) => !last.has(path))),
  };
}

/** The bars that stand for nodes, as they began. */
export function inOrder(lanes: readonly Lane[]): Bar[] {
  const bars = lanes
    .flatMap((lane) => lane.bars)
    .filter((bar) => bar.path && bar.kind !== 'backoff' && bar.kind !== 'child');
  return bars.sort((one, other) => one.startedAt - other.startedAt || (one.path < other.path ? -1 : 1));
}
