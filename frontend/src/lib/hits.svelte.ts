/** The hits of a search as they come: page after page, for as long as somebody scrolls towards the end of them. */
import { untrack } from 'svelte';

import { ApiError, ask } from './api.ts';
import type { Question } from './answer.svelte.ts';
import { contact } from './contact.svelte.ts';
import type { SearchPage, Spotted } from './wire.ts';

/** A line of the list: a session, or a hit below it. */
export type HitLine =
  | { readonly kind: 'session'; readonly hit: Spotted; readonly count: number }
  | { readonly kind: 'hit'; readonly hit: Spotted };

const PAGE = 50;

export class Hits {
  /** What came so far; `undefined` before the first answer. */
  found: readonly Spotted[] | undefined = $state.raw();
  /** Whether these are all. */
  isWhole = $state(false);
  waiting = $state(false);
  /** Why there is no answer. */
  error: ApiError | undefined = $state.raw();
  /** Sessions, each with its hits below it. */
  readonly lines: readonly HitLine[] = $derived(grouped(this.found ?? []));
  #question: () => Question | null;
  #next: number | null = 0;
  #abort = new AbortController();

  /** Made while a component is set up; begins again whenever the question changed. */
  constructor(question: () => Question | null) {
    this.#question = question;
    $effect(() => {
      const asked = question();
      untrack(() => this.#begin(asked));
      return () => this.#abort.abort();
    });
    $effect(() => {
      if (contact.returns) untrack(() => this.error && this.#begin(question()));
    });
  }

  /** Ask for the next page, unless one is on its way or there is none. */
  more(): void {
    const asked = untrack(this.#question);
    if (asked && this.#next !== null && !untrack(() => this.waiting)) void this.#ask(asked, this.#next);
  }

  #begin(asked: Question | null): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    [this.#next, this.waiting, this.error] = [0, false, undefined];
    if (asked) this.more();
    else this.found = undefined;
  }

  async #ask({ path, params }: Question, after: number): Promise<void> {
    const { signal } = this.#abort;
    this.waiting = true;
    try {
      const page = await ask<SearchPage>(path, { ...params, after: after || null, limit: PAGE }, signal);
      if (signal.aborted) return;
      this.found = after ? [...(this.found ?? []), ...page.hits] : page.hits;
      this.#next = page.next;
      this.isWhole = page.next === null;
    } catch (reason) {
      if (!signal.aborted) this.error = reason instanceof ApiError ? reason : new ApiError(0, 'page.unexpected_answer');
    } finally {
      if (!signal.aborted) this.waiting = false;
    }
  }
}

/** Hits below the session they are in; hits of one session follow each other. */
export function grouped(hits: readonly Spotted[]): HitLine[] {
  const lines: HitLine[] = [];
  let head = -1;
  hits.forEach((hit, at) => {
    if (hits[at - 1]?.sessionId !== hit.sessionId) {
      head = lines.length;
      lines.push({ kind: 'session', hit, count: 0 });
    }
    lines.push({ kind: 'hit', hit });
    lines[head] = { kind: 'session', hit: lines[head]?.hit ?? hit, count: lines.length - head - 1 };
  });
  return lines;
}
