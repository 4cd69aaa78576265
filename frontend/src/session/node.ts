/** Where the server tells of a node and of its payloads. */
import { address, answers, segment } from '../lib/api.ts';
import { formatRoute } from '../lib/route.ts';

/** What is asked about a node. */
export function nodeAddress(session: string, path: string): string {
  return `sessions/${segment(session)}/nodes/${segment(path || 'session')}`;
}

/** What is asked about a payload of a node. */
export function partAddress(session: string, path: string, part: string): string {
  return `${nodeAddress(session, path)}/parts/${segment(part)}`;
}

/** Where a payload, or what stands at a place in it, can be downloaded; empty in a file, which asks nobody. */
export function download(part: string, as: 'json' | 'text' | 'bytes', at: readonly (string | number)[] = []): string {
  return answers() ? '' : address(`${part}/raw`, { as, at: at.length ? JSON.stringify(at) : '' });
}

/** The address of a node on this page. */
export function nodeLink(session: string, path: string, tab = ''): string {
  return formatRoute({
    view: 'session',
    parts: path ? [session, path] : [session],
    params: new Map(tab ? [['tab', tab]] : []),
  });
}
