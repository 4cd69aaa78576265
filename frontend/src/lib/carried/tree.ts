/**
 * The tree of a session out of a file, which carries every row, all opened: what is closed or filtered away is left out,
 * as the server would leave it out, and nothing is laid out anew but the lines that lead to filtered rows.
 */
import type { Params } from '../api.ts';
import { ApiError } from '../apiError.ts';
import type { NodePage, RowPage, TreeRow } from '../wire.ts';
import type { Answers } from './file.ts';
import { filter, type NodeWords } from './filter.ts';

const ROWS = 200;
/** What is gone to without a query. */
const FAILED = 'status:failed,timeout,cancelled,interrupted,rejected';
/** Facts in whose words free text is looked for. */
const SAID = new Set(['action', 'command', 'error', 'model', 'name', 'outcome', 'provider', 'tool', 'why']);
const [BRANCH, LAST, TRUNK, GAP] = ['├─ ', '└─ ', '│  ', '   '];

/** What a query means in the tree. */
interface Meant {
  readonly query: string;
  /** For each row whether it is meant; `null` if the query says nothing about nodes. */
  readonly rows: readonly boolean[] | null;
  /** How many are meant below each row. */
  readonly below: readonly number[];
}

export class CarriedTree {
  readonly #answers: Answers;
  readonly #base: string;
  readonly #rows: readonly TreeRow[];
  /** For each row the one it stands under; -1 for the session. */
  readonly #above: readonly number[];
  #meant: Meant = { query: '', rows: null, below: [] };

  /** `base` is the address of the session. */
  constructor(answers: Answers, base: string) {
    [this.#answers, this.#base] = [answers, base];
    this.#rows = (answers.get(`${base}/rows`) as RowPage | undefined)?.rows ?? [];
    this.#above = above(this.#rows);
  }

  /** A slice of the rows, as far as they are opened. */
  rows(params: Params): RowPage {
    const { from, to, at, q, only } = params;
    const first = typeof from === 'number' ? from : 0;
    const meant = this.#find(typeof q === 'string' ? q : '');
    const opened = new Set([params['open'] ?? ''].flat().join(',').split(','));
    const kept = only === true && meant.rows ? this.#sifted(meant) : null;
    const seen = this.#seen(opened, kept);
    const place = typeof at === 'string' && at ? seen.findIndex((row) => this.#rows[row]?.key === at) : -1;
    const guides = kept ? this.#guides(kept) : null;
    return {
      rows: seen
        .slice(first, typeof to === 'number' ? to : first + ROWS)
        .map((row) => this.#drawn(row, opened, meant, guides)),
      first,
      total: seen.length,
      at: place < 0 ? null : place,
      above: place < 0 ? [] : this.#keysAbove(seen[place] ?? 0),
      matching: meant.rows && meant.rows.filter(Boolean).length,
    };
  }

  /** The path of the next node that a query means, or the next that failed; or of the one before. */
  next({ here, q, back }: Params): string | null {
    const { rows } = this.#find(typeof q === 'string' && q ? q : FAILED);
    const wanted = String(here ?? '').replace(/^session$|\.$/, '');
    const place = this.#rows.findIndex(({ path }) => path === wanted);
    const meant = [...(rows ?? []).keys()].filter((row) => rows?.[row]);
    const found = back === true ? meant.findLast((row) => row < place) : meant.find((row) => row > place);
    return found === undefined ? null : (this.#rows[found]?.path ?? null);
  }

  #find(query: string): Meant {
    if (query === this.#meant.query) return this.#meant;
    const test = filter(query);
    if (test === undefined) throw new ApiError(422, 'page.too_much_for_file');
    const rows = test && this.#rows.map((row) => row.path !== '' && test(this.#words(row)));
    const below = this.#rows.map(() => 0);
    rows?.forEach((isMeant, row) => {
      for (let up = this.#above[row] ?? -1; isMeant && up >= 0; up = this.#above[up] ?? -1)
        below[up] = (below[up] ?? 0) + 1;
    });
    this.#meant = { query, rows, below };
    return this.#meant;
  }

  #words({ kind, path, label }: TreeRow): NodeWords {
    const page = this.#answers.get(`${this.#base}/nodes/${encodeURIComponent(path)}`) as NodePage | undefined;
    const facts = new Map(
      kind === 'init' || kind === 'fin' ? [] : page?.detail.facts.map(({ name, value }) => [name, value]),
    );
    const slugs = [...(facts.get('why')?.split(', ') ?? []), ...(page?.detail.logs ?? []).map(({ slug }) => slug)];
    const said = [...facts].filter(([name]) => SAID.has(name)).map(([, value]) => value);
    const named = (name: string) => facts.get(name) ?? '';
    return {
      kind,
      text: facts.size ? [...label.map(([words]) => words), ' ', ...said, ...slugs].join(' ') : '',
      slugs,
      named: {
        error: named('error'),
        kind: kind === 'tool' ? named('kind') : '',
        model: named('model'),
        provider: named('provider'),
        status: named('status'),
        tool: named('tool'),
        verdict: named('verdict'),
      },
    };
  }

  /** The rows that a query leaves: what it means, what stands above it, and what hangs on it. */
  #sifted({ rows, below }: Meant): boolean[] {
    const keeps = (row: number) => rows?.[row] === true || (below[row] ?? 0) > 0;
    const kept: boolean[] = [];
    this.#rows.forEach((row, at) => {
      const up = this.#above[at] ?? -1;
      const holder = this.#rows[up];
      const isRound = holder?.kind === 'turn' || holder?.kind === 'step';
      const hangs = isRound
        ? !(below[up] ?? 0)
        : holder !== undefined && holder.kind !== 'session' && row.key.startsWith(`${holder.key}#`);
      kept.push(!holder || (kept[up] === true && (hangs || (row.path !== '' && keeps(at)))));
    });
    return kept;
  }

  /** The rows of which everything above is opened. */
  #seen(opened: ReadonlySet<string>, kept: readonly boolean[] | null): number[] {
    const seen: number[] = [];
    let deepest = 0;
    this.#rows.forEach(({ depth, key }, row) => {
      if (depth > deepest || (kept && !kept[row])) return;
      seen.push(row);
      deepest = depth + (!depth || opened.has(key) ? 1 : 0);
    });
    return seen;
  }

  #drawn(at: number, opened: ReadonlySet<string>, meant: Meant, guides: ReadonlyMap<number, string> | null): TreeRow {
    const row = this.#rows[at] as TreeRow;
    const isOpen = row.expandable && opened.has(row.key);
    return {
      ...row,
      guide: guides?.get(at) ?? row.guide,
      expanded: isOpen || !row.depth,
      notes: isOpen && row.block ? [] : row.notes,
      inside: isOpen ? [] : row.inside,
      matched: meant.rows?.[at] === true,
      found: row.path && meant.rows ? (meant.below[at] ?? 0) : 0,
    };
  }

  #keysAbove(row: number): string[] {
    const keys: string[] = [];
    for (let up = this.#above[row] ?? -1; up > 0; up = this.#above[up] ?? -1) keys.unshift(this.#rows[up]?.key ?? '');
    return keys;
  }

  /** The lines that lead to the rows which are left. */
  #guides(kept: readonly boolean[]): Map<number, string> {
    const last = new Map<number, number>();
    this.#above.forEach((up, row) => kept[row] && last.set(up, row));
    const guides = new Map<number, string>();
    const trunks = new Map([[0, '']]);
    this.#above.forEach((up, row) => {
      if (!kept[row] || up < 0) return;
      const isLast = last.get(up) === row;
      guides.set(row, `${trunks.get(up) ?? ''}${isLast ? LAST : BRANCH}`);
      trunks.set(row, `${trunks.get(up) ?? ''}${isLast ? GAP : TRUNK}`);
    });
    return guides;
  }
}

/** For each row the nearest one before it that is less deep. */
function above(rows: readonly TreeRow[]): number[] {
  const way: number[] = [];
  return rows.map(({ depth }, row) => {
    way.length = depth;
    way.push(row);
    return way[depth - 1] ?? -1;
  });
}
