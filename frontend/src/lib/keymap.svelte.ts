/**
 * The keys of the page: what can be done by keyboard, where, and in which words the help says so.
 *
 * A shortcut is a key (`/`, `Escape`), a key with modifiers (`Mod+k`, where `Mod` is Ctrl or ⌘) or a sequence (`g c`).
 * The shortcut that was added last wins, so that a view can take a key over from the page. Keys belong to whoever types
 * into a field, but for `Escape` and those with modifiers. Keys without modifiers can be switched off, for people whose
 * speech input types them (WCAG 2.1.4).
 */
import { untrack } from 'svelte';

import { keep, kept } from './memory.ts';

/** One thing that can be done by keyboard. */
export interface Shortcut {
  /** One key, or several that follow each other, with spaces between. */
  readonly keys: string;
  /** What it does, in the words of the help. */
  readonly says: string;
  readonly run: () => void;
  /** Whether it belongs to the page rather than to the view. */
  readonly isGlobal?: boolean;
}

/** What is needed of a `KeyboardEvent`. */
export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>;

const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph']);

export class Keymap {
  /** Every shortcut in force, the latest last. */
  shortcuts: readonly Shortcut[] = $state.raw([]);
  /** Whether keys without modifiers do anything. */
  plainKeys: boolean = $state(kept('plain-keys') !== 'off');
  #pressed = '';

  /** Put shortcuts in force until the function that is returned is called: `$effect(() => keymap.add([…]))`. */
  add(shortcuts: readonly Shortcut[]): () => void {
    this.shortcuts = [...untrack(() => this.shortcuts), ...shortcuts]; // whoever adds does not depend on the others
    return () => {
      this.shortcuts = this.shortcuts.filter((each) => !shortcuts.includes(each));
    };
  }

  /** Do what a key asks for; whether it asked for anything. */
  press(event: Press): boolean {
    if (MODIFIERS.has(event.key)) return false;
    const name = chord(event);
    if (!name.includes('+') && name !== 'Escape' && (!this.plainKeys || typing(event.target))) return false;
    const sequences = this.#pressed ? [`${this.#pressed} ${name}`, name] : [name];
    const found = sequences.flatMap((keys) => this.shortcuts.findLast((each) => each.keys === keys) ?? [])[0];
    this.#pressed = found ? '' : (sequences.find((keys) => this.#begins(keys)) ?? '');
    found?.run();
    return found !== undefined;
  }

  /** Switch keys without modifiers on or off, for good. */
  allowPlainKeys(allowed: boolean): void {
    this.plainKeys = allowed;
    keep('plain-keys', allowed ? '' : 'off');
  }

  #begins(keys: string): boolean {
    return this.shortcuts.some((each) => each.keys.startsWith(`${keys} `));
  }
}

/** The keys of the page. */
export const keymap = new Keymap();

function chord(event: Press): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  return `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${key}`;
}

function typing(target: EventTarget | null): boolean {
  const element = target as Partial<HTMLElement> | null;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(element?.tagName ?? '') || element?.isContentEditable === true;
}
