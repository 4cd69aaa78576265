/**
 * How the page asks: typed answers from the server it came from, or from the answers that the file itself carries.
 *
 * An address is relative to the page, with parameters in the order of their names, so that one question has one address.
 * An exported file holds whole answers, out of which `carried/` cuts what is asked. A failure is an `ApiError` that carries
 * the slug and the incident the server told; nothing else of it is shown.
 */
import { ApiError } from './apiError.ts';
import { carriedAnswer } from './carried/file.ts';
import { contact } from './contact.svelte.ts';

export { ApiError };

export type Value = string | number | boolean | null | undefined;

/** Parameters of a question; what is `null`, `undefined` or empty is not sent. */
export type Params = Readonly<Record<string, Value | readonly string[]>>;

/** The body of every failure: a slug and the number under which the server's log tells more. */
interface Failure {
  readonly error?: { readonly slug?: string; readonly id?: string };
}

/** The address of a question: `address('sessions', { q: 'status:failed' })` is `api/sessions?q=status%3Afailed`. */
export function address(path: string, params: Params = {}): string {
  const pairs = Object.entries(params)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => [value].flat().map((each) => [name, String(each ?? '')]))
    .filter(([, text]) => text !== '');
  const query = new URLSearchParams(pairs).toString();
  return `api/${path}${query ? `?${query}` : ''}`;
}

/** Ask, and get the answer as the type the server publishes for it. `path` is written by the page, never joined from data. */
export async function ask<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const carried = answers();
  return (carried ? carriedAnswer(carried, path, params) : await fetched(address(path, params), signal)) as T;
}

/** One segment of an address out of data, such as an id or a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

let parsed: ReadonlyMap<string, unknown> | null | undefined;

/** The answers that an exported file carries, by address; `null` in a page that a server sent. */
export function answers(): ReadonlyMap<string, unknown> | null {
  if (parsed === undefined) {
    const slot = document.getElementById('answers')?.textContent ?? 'null';
    const value = JSON.parse(slot) as Record<string, unknown> | null;
    parsed = value && new Map(Object.entries(value));
  }
  return parsed;
}

async function fetched(asked: string, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(asked, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) }).catch(
    (reason: unknown) => {
      if (signal?.aborted) throw reason;
      contact.lost();
      throw new ApiError(0, 'page.no_answer');
    },
  );
  if (response.ok) return response.json();
  const failure = (await response.json().catch(() => ({}))) as Failure;
  throw new ApiError(response.status, failure.error?.slug ?? 'page.unexpected_answer', failure.error?.id);
}
