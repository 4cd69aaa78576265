/** A session as it goes on: its row, and a number that goes up with it, at most a few times in a second. */
import { follow } from '../lib/follow.ts';
import { segment } from '../lib/api.ts';
import type { Grown, SessionRow } from '../lib/wire.ts';

const PAUSE = 300;

interface Events {
  readonly grown: Grown;
}

export class Growth {
  /** The row as it was told last. */
  row: SessionRow | undefined = $state.raw();
  /** Goes up when the session, or one below it, went on. */
  changes = $state(0);
  /** Whether the server is there. */
  isConnected = $state(true);
  #seen = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Made while a component is set up. */
  constructor(session: () => string) {
    $effect(() => {
      const id = session();
      [this.row, this.#seen] = [undefined, ''];
      const end = follow<Events>(
        `sessions/${segment(id)}/live`,
        {},
        { grown: ({ row }) => row && this.#take(row) },
        { lost: () => (this.isConnected = false), back: () => (this.isConnected = true) },
      );
      return () => {
        end();
        clearTimeout(this.#timer);
        this.#timer = undefined;
      };
    });
  }

  #take(row: SessionRow): void {
    const stamp = JSON.stringify(row);
    const first = this.#seen === '';
    if (stamp === this.#seen) return;
    this.#seen = stamp;
    this.row = row;
    // the first event says how things stand, which the page has just asked for
    if (first) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.changes += 1;
    }, PAUSE);
  }
}
