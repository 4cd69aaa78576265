/** Light, dark, or whatever the system says: a choice that is kept, and drawn by `tokens.css`. */
import { keep, kept } from './memory.ts';

/** What can be chosen. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof THEMES)[number];

class Theme {
  /** The choice in force. */
  name: ThemeName = $state(THEMES.find((each) => each === kept('theme')) ?? 'system');

  constructor() {
    this.#draw();
  }

  /** Choose, for good. */
  choose(name: ThemeName): void {
    this.name = name;
    keep('theme', name === 'system' ? '' : name);
    this.#draw();
  }

  /** Take the next one. */
  turn(): void {
    this.choose(THEMES[(THEMES.indexOf(this.name) + 1) % THEMES.length] ?? 'system');
  }

  #draw(): void {
    if (this.name === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.name;
  }
}

/** The theme of the page. */
export const theme = new Theme();
