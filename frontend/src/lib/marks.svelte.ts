/** The sessions that are marked for a comparison: two at most, the older mark goes first. Kept while the page is open. */
const MOST = 2;

class Marks {
  /** Their ids, in the order in which they were marked. */
  ids: readonly string[] = $state.raw([]);

  /** Mark a session, or take its mark away. */
  turn(id: string): void {
    this.ids = this.ids.includes(id) ? this.ids.filter((each) => each !== id) : [...this.ids, id].slice(-MOST);
  }

  /** Take all marks away. */
  clear(): void {
    this.ids = [];
  }
}

/** The marks of the page. */
export const marks = new Marks();
