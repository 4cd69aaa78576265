/**
 * An answer as state: what a view shows while it waits, when the answer is there, and when there is none.
 *
 * A new question aborts the one before it, and an old answer stays on the screen until the new one is there, so that
 * nothing flickers while somebody types. What fails for the moment only is asked again.
 */
import { ApiError, ask, type Params } from './api.ts';
import { contact } from './contact.svelte.ts';

const AGAIN = 1000;

/** What to ask. */
export interface Question {
  readonly path: string;
  readonly params?: Params;
}

export class Answer<T> {
  /** The last answer that came. */
  value: T | undefined = $state.raw();
  /** The question that it answers. */
  asked: Question | undefined = $state.raw();
  /** Why the last question has no answer. */
  error: ApiError | undefined = $state.raw();
  /** Whether a question is on its way. */
  waiting = $state(false);

  /** Made while a component is set up; asks again whenever what `question` reads has changed, and not while it is `null`. */
  constructor(question: () => Question | null) {
    $effect(() => {
      void contact.returns;
      const asked = question();
      if (!asked) return undefined;
      const abort = new AbortController();
      void this.#ask(asked, abort.signal);
      return () => abort.abort();
    });
  }

  async #ask(question: Question, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.waiting = true;
    try {
      const value = await ask<T>(question.path, question.params, signal);
      if (!signal.aborted) [this.value, this.asked, this.error] = [value, question, undefined];
    } catch (reason) {
      if (signal.aborted) return;
      this.error = reason instanceof ApiError ? reason : new ApiError(0, 'page.unexpected_answer');
      if (this.error.isPassing) setTimeout(() => void this.#ask(question, signal), AGAIN);
    } finally {
      if (!signal.aborted) this.waiting = false;
    }
  }
}
