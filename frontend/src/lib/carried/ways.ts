/**
 * Where an exported file leads: it holds one session, so there is no list of sessions, and no view of many.
 *
 * The session of the file is where the page starts.
 */
import type { Route } from '../route.ts';
import type { SessionPage } from '../wire.ts';
import type { Answers } from './file.ts';

/** A way in the navigation. */
export interface Way {
  readonly title: string;
  /** The key that follows `g` to go there. */
  readonly key: string;
  readonly route: Pick<Route, 'view'> & Partial<Route>;
}

const VIEWS: readonly [view: string, title: string, key: string][] = [
  ['session', 'Session', 's'],
  ['cost', 'Cost', 'c'],
  ['why', 'Why', 'w'],
];

/** The session of a file; `null` for a page that a server sent. */
export function carriedSession(answers: Answers | null): string | null {
  const page = answers?.get('api/sessions') as SessionPage | undefined;
  return page?.rows[0]?.sessionId ?? null;
}

/** The ways in a file of this session. */
export function carriedWays(session: string): Way[] {
  return VIEWS.map(([view, title, key]) => ({ title, key, route: { view, parts: [session] } }));
}

/** Whether a file of this session has something to show for a route. */
export function isCarried(session: string, { view, parts }: Pick<Route, 'view' | 'parts'>): boolean {
  return parts[0] === session && VIEWS.some(([known]) => known === view);
}
