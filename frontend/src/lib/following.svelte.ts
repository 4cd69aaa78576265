/**
 * What goes on in the folder, as state: a number that goes up when something changed, at most once in a while, so that a
 * writer at full speed does not make the page ask without end.
 */
import { follow } from './follow.ts';
import type { Moved } from './wire.ts';

const PAUSE = 1000;

interface Events {
  readonly moved: Moved;
}

export class Following {
  /** Goes up after changes; a question that reads it is asked again. */
  changes: number = $state(0);
  /** Whether the server is there to be followed. */
  isConnected = $state(true);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Made while a component is set up; follows as long as the component is there. */
  constructor() {
    $effect(() => {
      const end = follow<Events>(
        'live',
        {},
        { moved: ({ rows, gone, isAll }) => (rows.length || gone.length || !isAll) && this.#soon() },
        { lost: () => (this.isConnected = false), back: () => (this.isConnected = true) },
      );
      return () => {
        end();
        clearTimeout(this.#timer);
      };
    });
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.changes += 1;
    }, PAUSE);
  }
}
