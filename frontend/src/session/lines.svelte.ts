/** A payload in lines, as far as somebody looked: fetched in pages, searched by the server, however large it is. */
import { ApiError, ask } from '../lib/api.ts';
import type { Match, Matches, PartPage } from '../lib/wire.ts';
import { indent } from './folds.ts';

const PAGE = 500;
const MOST_HELD = 20_000;
const FOUND_AT_ONCE = 100;
/** Lines that are looked through for the end of a bracket. */
const FAR = 20_000;

/** How a payload is shown in lines. */
export type LineFormat = 'text' | 'json';

export class Lines {
  /** How many lines there are, as far as is known. */
  known = $state(0);
  /** Whether these are all. */
  isWhole = $state(false);
  /** Whether the first page is there. */
  isHere = $state(false);
  /** Characters of the longest line that was seen. */
  longest = $state(0);
  error: ApiError | undefined = $state.raw();
  /** Where the needle was found so far, in order. */
  matches: readonly Match[] = $state.raw([]);
  /** Whether there are no more. */
  isAllFound = $state(false);
  isSearching = $state(false);

  readonly #address: string;
  readonly #params: Readonly<Record<string, string>>;
  #lines: ReadonlyMap<number, string> = $state.raw(new Map<number, string>());
  #asked = new Map<number, Promise<void>>();
  #needle = '';
  #abort = new AbortController();

  /** `address` is that of a part; `at` a place in it, as JSON. */
  constructor(address: string, format: LineFormat, at: string) {
    this.#address = address;
    this.#params = { as: format, at };
  }

  /** A line; `undefined` until it came. */
  line(number: number): string | undefined {
    return this.#lines.get(number);
  }

  /** Have the lines of a range fetched. */
  async look(first: number, end: number): Promise<void> {
    const pages: Promise<void>[] = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) {
      if (!this.#lines.has(page * PAGE) && !(this.isWhole && page * PAGE >= this.known)) pages.push(this.#page(page));
    }
    await Promise.all(pages);
  }

  /** The line that closes the bracket which a line opens; `undefined` if it is too far away. */
  async closing(line: number): Promise<number | undefined> {
    await this.look(line, line + 1);
    const depth = indent(this.line(line) ?? '');
    for (let here = line + 1; here < line + FAR; here += 1) {
      if (!this.#lines.has(here)) await this.look(here, here + PAGE);
      const text = this.#lines.get(here);
      if (text === undefined) return undefined;
      if (indent(text) <= depth && /^\s*[\]}]/.test(text)) return here;
    }
    return undefined;
  }

  /** Look for a text from the beginning. */
  async search(needle: string): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#needle = needle;
    [this.matches, this.isAllFound, this.isSearching] = [[], false, false];
    if (needle) await this.searchOn();
  }

  /** Look for more of them. */
  async searchOn(): Promise<void> {
    if (this.isAllFound || this.isSearching || !this.#needle) return;
    const { signal } = this.#abort;
    const from = (this.matches.at(-1)?.line ?? -1) + 1;
    this.isSearching = true;
    try {
      const params = { ...this.#params, needle: this.#needle, from, limit: FOUND_AT_ONCE, ignoreCase: true };
      const found = await ask<Matches>(`${this.#address}/find`, params, signal);
      this.matches = [...this.matches, ...found.matches];
      this.isAllFound = found.isLast;
    } catch (reason) {
      if (signal.aborted) return;
      this.error = told(reason);
      this.isAllFound = true;
    }
    this.isSearching = false;
  }

  /** Stop asking. */
  close(): void {
    this.#abort.abort();
  }

  #page(page: number): Promise<void> {
    const known = this.#asked.get(page);
    if (known) return known;
    const asked = this.#fetch(page).finally(() => this.#asked.delete(page));
    this.#asked.set(page, asked);
    return asked;
  }

  async #fetch(page: number): Promise<void> {
    const first = page * PAGE;
    try {
      const params = { ...this.#params, from: first, to: first + PAGE };
      const answer = await ask<PartPage>(this.#address, params);
      const near = ([line]: [number, string]) => Math.abs(line - first) < MOST_HELD / 2;
      const lines = new Map(this.#lines.size < MOST_HELD ? this.#lines : [...this.#lines].filter(near));
      (answer.lines ?? []).forEach((line, at) => lines.set(first + at, line));
      this.#lines = lines;
      this.longest = (answer.lines ?? []).reduce((most, line) => Math.max(most, line.length), this.longest);
      [this.known, this.isWhole, this.isHere] = [Math.max(this.known, answer.known), answer.isWhole, true];
    } catch (reason) {
      this.error = told(reason);
    }
  }
}

function told(reason: unknown): ApiError {
  return reason instanceof ApiError ? reason : new ApiError(0, 'page.unexpected_answer');
}
