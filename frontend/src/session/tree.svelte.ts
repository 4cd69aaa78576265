/**
 * The rows of a session's tree, as far as somebody looked at them; what is opened is known here and nowhere else.
 *
 * The server lays the rows out. Whatever changes their order (a row that opens, a filter, a session that grows) asks for
 * the rows in sight anew, together with the place of the selected one; the old rows stay until the new ones are there.
 * While somebody scrolls, pages are fetched as they come into sight, and those that were left again are not.
 */
import { ApiError, ask, segment } from '../lib/api.ts';
import type { RowPage, TreeRow } from '../lib/wire.ts';
import { keysAbove } from './keys.ts';

const PAGE = 100;
const MOST_HELD = 4000;
/** Rounds of a session that is shown opened at first. */
const FEW = 120;
/** The server takes no more keys than this. */
export const MOST_OPEN = 2000;
const AT_ONCE = 2;

/** What a filter leaves. */
export interface Filter {
  readonly q: string;
  readonly only: boolean;
}

/** How the rows lie after something changed. */
export interface Laid {
  /** Where the selected row is now; `null` if it cannot be seen. */
  readonly at: number | null;
  /** By how many rows the first row in sight moved down. */
  readonly moved: number;
}

export class Tree {
  /** How many rows there are; `undefined` until the first answer is there. */
  total: number | undefined = $state.raw();
  /** How many nodes the filter means; `null` without one. */
  matching: number | null = $state.raw(null);
  /** Why there is no answer. */
  error: ApiError | undefined = $state.raw();
  /** Called when rows were laid out anew. */
  onlaid: (laid: Laid) => void = () => undefined;

  #rows: ReadonlyMap<number, TreeRow> = $state.raw(new Map<number, TreeRow>());
  #id: string;
  #filter: Filter = { q: '', only: false };
  #rounds: readonly string[] = [];
  #isAllOpen = false;
  /** Rows that are the other way round than `#isAllOpen` says. */
  #turned = new Set<string>();
  #selected = '';
  #span = { first: 0, end: 1 };
  #version = 0;
  #abort = new AbortController();
  #asked = new Set<number>();
  #under = 0;
  #isGrowing = false;
  #isStale = false;

  constructor(id: string) {
    this.#id = id;
  }

  /** The row at a place; `undefined` until it came. */
  row(index: number): TreeRow | undefined {
    return this.#rows.get(index);
  }

  /** The nearest row above that is less deep, if it is here. */
  above(index: number): number | undefined {
    const depth = this.#rows.get(index)?.depth ?? 0;
    for (let place = index - 1; place >= 0; place -= 1) {
      const row = this.#rows.get(place);
      if (!row) return undefined;
      if (row.depth < depth) return place;
    }
    return undefined;
  }

  /** The row of a node, if it is here. */
  known(path: string): TreeRow | undefined {
    for (const row of this.#rows.values()) if (row.path === path) return row;
    return undefined;
  }

  /** Whether a row is opened, or will be when the answer is there. */
  isOpen(key: string): boolean {
    return (this.#isAllOpen && this.#isRound(key)) !== this.#turned.has(key);
  }

  /** How many turns and steps there are: a session of few is shown opened. Says whether that changed anything. */
  count(turns: number, steps: number): void {
    const first = this.#rounds.length === 0;
    this.#rounds = [...numbered('', turns), ...numbered('s', steps)];
    if (first) this.#isAllOpen = this.#rounds.length <= FEW;
  }

  /** Open every turn and step, or close everything; whether it could be done. */
  turnAll(): boolean {
    if (!this.#isAllOpen && this.#rounds.length > MOST_OPEN) return false;
    this.#isAllOpen = !this.#isAllOpen;
    this.#turned = new Set();
    void this.lay();
    return true;
  }

  /** Open or close a row. */
  turn(key: string): void {
    if (this.#turned.has(key)) this.#turned.delete(key);
    else this.#turned.add(key);
    void this.lay();
  }

  /** Draw what a filter leaves. */
  filter(filter: Filter): void {
    if (filter.q === this.#filter.q && filter.only === this.#filter.only) return;
    this.#filter = filter;
    if (this.total !== undefined) void this.lay();
  }

  /** Which row is selected; `reveal` opens what it stands under and finds its place. */
  select(key: string, reveal: boolean): void {
    this.#selected = key;
    if (!reveal) return;
    for (const above of keysAbove(key)) if (!this.isOpen(above)) this.#flip(above);
    void this.lay();
  }

  /** The rows in sight. */
  look(first: number, end: number): void {
    this.#span = { first, end };
    this.#fetch();
  }

  /** Ask for the rows in sight anew: they lie otherwise than before. */
  async lay(): Promise<void> {
    const version = (this.#version += 1);
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#under = 0;
    const first = Math.max(0, this.#span.first - PAGE / 2);
    const answer = await this.#answer(first, Math.min(first + 2 * PAGE, this.#span.end + PAGE), true);
    if (answer && version === this.#version) this.#take(answer);
  }

  /** The session went on: lay it out anew, as often as the answers come. */
  async grow(): Promise<void> {
    this.#isStale = true;
    if (this.#isGrowing) return;
    this.#isGrowing = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.lay();
    }
    this.#isGrowing = false;
  }

  /** Stop asking. */
  close(): void {
    this.#version += 1;
    this.#abort.abort();
  }

  #take(answer: RowPage): void {
    const before = this.#rows;
    const anchor = before.get(this.#span.first + Math.floor((this.#span.end - this.#span.first) / 4))?.key;
    const was = anchor === undefined ? -1 : place(before, anchor);
    this.#rows = new Map(answer.rows.map((row, at) => [answer.first + at, row]));
    this.#asked = new Set();
    this.total = answer.total;
    this.matching = answer.matching;
    const is = was < 0 || anchor === undefined ? -1 : place(this.#rows, anchor);
    this.onlaid({ at: this.#selected ? answer.at : 0, moved: is < 0 ? 0 : is - was });
    this.#fetch();
  }

  /** Fetch the first page in sight that is not there, few at a time: what was left meanwhile is not fetched. */
  #fetch(): void {
    if (this.total === undefined || this.#under >= AT_ONCE) return;
    const page = this.#missing();
    if (page === undefined) return;
    const version = this.#version;
    this.#asked.add(page);
    this.#under += 1;
    void this.#answer(page * PAGE, (page + 1) * PAGE, false).then((answer) => {
      if (version !== this.#version) return;
      this.#under -= 1;
      if (answer) this.#add(answer);
      this.#asked.delete(page);
      if (answer) this.#fetch();
    });
  }

  #missing(): number | undefined {
    const end = Math.min(this.#span.end, this.total ?? 0);
    for (let index = this.#span.first; index < end; index += 1) {
      const page = Math.floor(index / PAGE);
      if (!this.#rows.has(index) && !this.#asked.has(page)) return page;
    }
    return undefined;
  }

  #add(answer: RowPage): void {
    const middle = (this.#span.first + this.#span.end) / 2;
    const near = ([index]: [number, TreeRow]) => Math.abs(index - middle) < MOST_HELD / 4;
    const held = this.#rows.size < MOST_HELD ? this.#rows : [...this.#rows].filter(near);
    const rows = new Map(held);
    answer.rows.forEach((row, at) => rows.set(answer.first + at, row));
    this.#rows = rows;
    this.total = answer.total;
  }

  async #answer(from: number, to: number, locate: boolean): Promise<RowPage | undefined> {
    const open = this.#open();
    const { q, only } = this.#filter;
    const params = { open: open.join(','), q, only: q && only, from, to, at: locate ? this.#selected : '' };
    try {
      const answer = await ask<RowPage>(`sessions/${segment(this.#id)}/rows`, params, this.#abort.signal);
      this.error = undefined;
      return answer;
    } catch (reason) {
      if (!(reason instanceof ApiError)) return undefined; // it was given up
      this.error = reason;
      return undefined;
    }
  }

  #open(): string[] {
    const rounds = this.#isAllOpen ? this.#rounds.filter((key) => !this.#turned.has(key)) : [];
    const others = [...this.#turned].filter((key) => !(this.#isAllOpen && this.#isRound(key)));
    return [...rounds, ...others].slice(-MOST_OPEN);
  }

  #flip(key: string): void {
    if (!this.#turned.delete(key)) this.#turned.add(key);
  }

  #isRound(key: string): boolean {
    return /^s?\d+$/.test(key);
  }
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: Math.min(count, MOST_OPEN + 1) }, (_, at) => `${letter}${at + 1}`);
}

function place(rows: ReadonlyMap<number, TreeRow>, key: string): number {
  for (const [index, row] of rows) if (row.key === key) return index;
  return -1;
}
