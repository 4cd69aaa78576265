/** What a session is about, in words for a list. */
import type { SessionRow } from './wire.ts';

/** Its title, else what the user began with, else what it last said of itself; empty if nobody said anything. */
export function sessionName(row: Pick<SessionRow, 'title' | 'opening' | 'latestStatus'>): string {
  return row.title || (row.opening ? `“${row.opening}”` : '') || row.latestStatus || '';
}
