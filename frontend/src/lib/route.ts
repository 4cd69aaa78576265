/**
 * Where the page is: a view, what it shows, and how it shows it, as the fragment of the address.
 *
 * `#/session/20251109_143414_a1b2c3d4/2-2?tab=raw` is the view `session`, of that id and path, with one parameter. The
 * fragment never reaches a server or its log, needs no route of one, and works in a file opened from disk.
 */
export interface Route {
  /** The name of the view, in lower case. */
  readonly view: string;
  /** What follows the view: an id, a path. */
  readonly parts: readonly string[];
  /** The state of the view that a link should carry. A map, so that no name is special. */
  readonly params: ReadonlyMap<string, string>;
}

/** Where the page starts. */
export const HOME = 'sessions';

/** The route that a fragment names; what cannot be decoded is taken as it stands. */
export function parseRoute(fragment: string): Route {
  const [path = '', query = ''] = split(fragment.replace(/^#?\/?/, ''));
  const [view = '', ...parts] = path.split('/').filter(Boolean).map(decode);
  return { view: view || HOME, parts, params: new Map(new URLSearchParams(query)) };
}

/** The fragment that names a route, with its `#`. */
export function formatRoute(route: Partial<Route>): string {
  const { view = HOME, parts = [], params = new Map<string, string>() } = route;
  const path = [view, ...parts].map(encodeURIComponent).join('/');
  const query = new URLSearchParams([...params].filter(([, value]) => value !== '')).toString();
  return `#/${path}${query ? `?${query}` : ''}`;
}

/** The route with some parameters changed; `null` or an empty text takes one away. */
export function withParams(route: Route, changes: Readonly<Record<string, string | null>>): Route {
  const params = new Map(route.params);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  return { ...route, params };
}

function split(text: string): [string, string] {
  const mark = text.indexOf('?');
  return mark < 0 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
