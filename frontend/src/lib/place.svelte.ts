/**
 * The route in force, as state: views read `place.route`, links and keys change it, and the back button returns.
 *
 * What a person would want to come back to is pushed (another view, another session, another node); what merely follows
 * their typing is replaced (a query being written, a filter).
 */
import { formatRoute, parseRoute, withParams, type Route } from './route.ts';

/** Whether the back button returns to what is left behind. */
export type Step = 'push' | 'replace';

class Place {
  /** Where the page is. */
  route: Route = $state.raw(parseRoute(location.hash));

  constructor() {
    // `popstate` comes for the back button and for every link; a route set from here needs no event
    addEventListener('popstate', () => {
      this.route = parseRoute(location.hash);
    });
  }

  /** Go to another route. */
  go(route: Partial<Route>, step: Step = 'push'): void {
    const fragment = formatRoute(route);
    if (fragment === location.hash) return;
    if (step === 'push') history.pushState(null, '', fragment);
    else history.replaceState(null, '', fragment);
    this.route = parseRoute(fragment);
  }

  /** Change parameters of the route in force; `null` takes one away. */
  set(changes: Readonly<Record<string, string | null>>, step: Step = 'replace'): void {
    this.go(withParams(this.route, changes), step);
  }

  /** A parameter of the route in force; empty when it is not there. */
  param(name: string): string {
    return this.route.params.get(name) ?? '';
  }
}

/** The one place the page is at. */
export const place = new Place();
