/** What the bars of a timeline are called, and in which order the arrow keys go through them. */

import { count, duration } from '../lib/format.ts';
import type { Bar, Lane } from '../lib/wire.ts';

/** A bar in words; one that has not ended lasts until `now`. */
export function words(bar: Bar, now: number): string {
  const took = duration((bar.endedAt ?? now) - bar.startedAt);
  if (bar.kind === 'bundle')
    return `${count(bar.count)} in ${took}${bar.failed ? `, ${count(bar.failed)} failed` : ''}`;
  const status = bar.kind === 'idle' || bar.kind === 'backoff' ? '' : bar.status;
  const kind = bar.kind === 'backoff' ? 'waited after' : bar.kind;
  return [kind, bar.path, bar.name, status, took].filter(Boolean).join(' · ');
}

/** The bars that stand for nodes, as they began. */
export function inOrder(lanes: readonly Lane[]): Bar[] {
  const bars = lanes
    .flatMap((lane) => lane.bars)
    .filter((bar) => bar.path && bar.kind !== 'backoff' && bar.kind !== 'child');
  return bars.sort((one, other) => one.startedAt - other.startedAt || (one.path < other.path ? -1 : 1));
}
