/**
 * The views of the page: every file of `views/`, by its name in lower case, which is also its name in the address.
 *
 * A view that stands in the navigation says so itself: `<script lang="ts" module>` exports `nav`.
 */
import type { Component } from 'svelte';

/** How a view stands in the navigation. */
export interface Nav {
  /** Its name there, and in the title of the window. */
  readonly title: string;
  /** The key that follows `g` to go there. */
  readonly key: string;
  /** Where it stands among the others; the least comes first. */
  readonly order: number;
}

interface ViewModule {
  readonly default: Component;
  readonly nav?: Nav;
}

/** A view under its name. */
export interface View {
  readonly name: string;
  readonly component: Component;
  readonly nav: Nav | undefined;
}

const modules = import.meta.glob<ViewModule>('./views/*.svelte', { eager: true });

/** Every view, by name. */
export const VIEWS: ReadonlyMap<string, View> = new Map(
  Object.entries(modules).map(([file, module]) => {
    const name = file.replace(/^.*\/|\.svelte$/g, '').toLowerCase();
    return [name, { name, component: module.default, nav: module.nav }];
  }),
);

/** The views of the navigation, in its order. */
export const NAVIGATION: readonly (View & { nav: Nav })[] = [...VIEWS.values()]
  .filter((view): view is View & { nav: Nav } => view.nav !== undefined)
  .toSorted((one, other) => one.nav.order - other.nav.order);
