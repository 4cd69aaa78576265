/** What a refused question raises: the slug and the incident of the refusal, and whether it is worth asking again. */
import type { Slug } from './wire.ts';

const PASSING: ReadonlySet<string> = new Set<Slug>(['web.reading', 'web.busy']);

/** An answer that is none: a stable slug, and the incident under which the server's log tells more. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The stable name of what went wrong. */
  readonly slug: string;
  /** What the server's log knows it by; empty when there is none. */
  readonly incident: string;
  /** Whether it goes away by itself: whoever asks again gets an answer soon. */
  readonly isPassing: boolean;

  constructor(status: number, slug: string, incident = '') {
    super(incident ? `${slug} (incident ${incident})` : slug);
    this.status = status;
    this.slug = slug;
    this.incident = incident;
    this.isPassing = PASSING.has(slug);
  }
}
