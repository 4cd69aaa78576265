/**
 * Whether the server is there: after a question that nobody answered, it is called until it answers, and whatever is on
 * the screen is then asked again, so that nobody has to load the page anew.
 */
const PAUSE = 2000;

class Contact {
  /** Goes up when the server answers again; a question that reads it is asked anew. */
  returns = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Say that nobody answered. */
  lost(): void {
    this.#timer ??= setTimeout(() => void this.#call(), PAUSE);
  }

  async #call(): Promise<void> {
    const isThere = await fetch('./', { cache: 'no-store' }).then(
      () => true,
      () => false,
    );
    this.#timer = undefined;
    if (isThere) this.returns += 1;
    else this.lost();
  }
}

/** The connection of the page. */
export const contact = new Contact();
