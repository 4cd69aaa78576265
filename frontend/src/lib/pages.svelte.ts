/**
 * A long list of which the page holds only what was looked at: rows come in pages, as a list asks for them.
 *
 * The rows of an older question stay until those of the new one are there, so that nothing flickers while somebody types;
 * `refresh` asks again for the pages in sight and forgets the others.
 */
import { untrack } from 'svelte';

import { address, ApiError, ask } from './api.ts';
import type { Question } from './answer.svelte.ts';
import { contact } from './contact.svelte.ts';

const AGAIN = 1000;

/** A part of a list, and how long the whole is. */
export interface Slice<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

/** How the rows of a list are asked for. */
export interface Source<T, A> {
  /** The list; `null` for none. */
  readonly question: () => Question | null;
  /** The parameters that name a part of it. */
  readonly part: (first: number, size: number) => Question['params'];
  /** The rows of an answer. */
  readonly read: (answer: A) => Slice<T>;
  /** Rows in a page. */
  readonly size: number;
}

export class Pages<T, A> {
  /** How many rows there are; `undefined` until the first answer is there. */
  total: number | undefined = $state.raw();
  /** Why the last question has no answer. */
  error: ApiError | undefined = $state.raw();
  /** The last answer, with whatever else it says. */
  latest: A | undefined = $state.raw();
  #rows: ReadonlyMap<number, T> = $state.raw(new Map<number, T>());
  #source: Source<T, A>;
  #rowsOf = '';
  #asked = new Set<number>();
  #abort = new AbortController();
  #span = { first: 0, end: 1 };

  /** Made while a component is set up. */
  constructor(source: Source<T, A>) {
    this.#source = source;
    $effect(() => {
      void contact.returns;
      source.question();
      untrack(() => this.refresh());
      return () => this.#abort.abort();
    });
  }

  /** The row at a place; `undefined` until it came. */
  row(index: number): T | undefined {
    return this.#rows.get(index);
  }

  /** Ask for the rows of a span that are not there. */
  need(first: number, end: number): void {
    this.#span = { first, end };
    const { size } = this.#source;
    for (let page = Math.floor(first / size); page * size < end; page += 1) {
      if (!this.#asked.has(page)) void this.#ask(page, this.#abort);
    }
  }

  /** Ask again for what is in sight. */
  refresh(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked.clear();
    if (this.#source.question()) this.need(this.#span.first, this.#span.end);
  }

  async #ask(page: number, abort: AbortController): Promise<void> {
    const { question, part, read, size } = this.#source;
    const asked = question();
    if (!asked) return;
    const name = address(asked.path, asked.params);
    this.#asked.add(page);
    try {
      const params = { ...asked.params, ...part(page * size, size) };
      const answer = await ask<A>(asked.path, params, abort.signal);
      if (abort.signal.aborted) return;
      const { rows, total } = read(answer);
      const known = new Map(name === this.#rowsOf ? this.#rows : []);
      this.#rowsOf = name;
      rows.forEach((row, at) => known.set(page * size + at, row));
      [this.#rows, this.total, this.latest, this.error] = [known, total, answer, undefined];
    } catch (reason) {
      if (abort.signal.aborted) return;
      this.#asked.delete(page);
      this.error = reason instanceof ApiError ? reason : new ApiError(0, 'page.unexpected_answer');
      if (this.error.isPassing) setTimeout(() => abort.signal.aborted || void this.#ask(page, abort), AGAIN);
    }
  }
}
