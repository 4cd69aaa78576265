/**
 * How the page follows what is still going on: server-sent events, typed by the name of the event.
 *
 * The browser connects again by itself and tells the server the last event it saw; `lost` and `back` let a view say so.
 * What the browser gives up, a stream that was refused, is opened anew after a while: a server that is busy, or that just
 * started again, has room later.
 */
import { address, answers, type Params } from './api.ts';

/** What to do with each event, by its name. */
export type Handlers<Events> = { readonly [Name in keyof Events]: (value: Events[Name]) => void };

/** What to do when the connection breaks, and when it is there. */
export interface Connection {
  readonly lost?: () => void;
  readonly back?: () => void;
}

/** Milliseconds after which a refused stream is asked for again. */
export const REFUSED_PAUSE = 5000;

/** Follow a stream until the function that is returned is called. An exported file has nothing to follow. */
export function follow<Events>(
  path: string,
  params: Params,
  handlers: Handlers<Events>,
  connection: Connection = {},
): () => void {
  if (answers()) return () => undefined;
  let stream: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    stream = new EventSource(address(path, params));
    for (const name of Object.keys(handlers) as (keyof Events & string)[]) {
      stream.addEventListener(name, (event: MessageEvent<string>) => {
        handlers[name](JSON.parse(event.data) as Events[typeof name]);
      });
    }
    stream.addEventListener('error', () => {
      connection.lost?.();
      if (stream.readyState === EventSource.CLOSED) again = setTimeout(open, REFUSED_PAUSE);
    });
    stream.addEventListener('open', () => connection.back?.());
  }

  open();
  return () => {
    clearTimeout(again);
    stream.close();
  };
}
