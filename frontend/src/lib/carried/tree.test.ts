/** Promises of `tree.ts`: rows open, close and are filtered in a file as they are on a server. */
import { beforeEach, expect, it } from 'vitest';

import type { TreeRow } from '../wire.ts';
import { CarriedTree } from './tree.ts';

let tree: CarriedTree;

const ROWS: readonly [string, TreeRow['kind'], number, string][] = [
  ['', 'session', 0, ''],
  ['init', 'init', 1, '├─ '],
  ['1', 'turn', 1, '├─ '],
  ['1-1', 'attempt', 2, '│  ├─ '],
  ['1-2', 'tool', 2, '│  ├─ '],
  ['1-2#0', 'log', 3, '│  │  ├─ '],
  ['1-2.1', 'turn', 3, '│  │  └─ '],
  ['1-2.1-1', 'tool', 4, '│  │     └─ '],
  ['1#0', 'log', 2, '│  └─ '],
  ['#0', 'log', 1, '├─ '],
  ['2', 'turn', 1, '├─ '],
  ['2-1', 'attempt', 2, '│  └─ '],
  ['fin', 'fin', 1, '└─ '],
];
const FACTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1-1': { status: 'failed', why: 'llm.overloaded, llm.retry' },
  '1-2': { tool: 'researcher', status: 'ok' },
  '1-2.1-1': { tool: 'memory', status: 'timeout' },
  '2': { status: 'ok' },
  '2-1': { status: 'ok', verdict: 'rejected' },
};

function row([key, kind, depth, guide]: (typeof ROWS)[number], at: number): TreeRow {
  const path = key.includes('#') ? '' : key;
  const notes = [[`note ${key}`, '']];
  const expandable = (ROWS[at + 1]?.[2] ?? 0) > depth;
  return {
    key,
    path,
    kind,
    depth,
    guide,
    notes,
    inside: notes,
    expandable,
    block: kind === 'turn',
    label: [],
  } as unknown as TreeRow;
}

beforeEach(() => {
  const answers = new Map<string, unknown>([['a/rows', { rows: ROWS.map(row) }]]);
  for (const [path, facts] of Object.entries(FACTS)) {
    const told = Object.entries(facts).map(([name, value]) => ({ name, value }));
    answers.set(`a/nodes/${path}`, { detail: { facts: told, logs: path === '2' ? [{ slug: 'test.said' }] : [] } });
  }
  tree = new CarriedTree(answers, 'a');
});

function keys(params: Parameters<CarriedTree['rows']>[0]): string[] {
  return tree.rows(params).rows.map(({ key }) => key);
}

it('shows what is opened, and nothing below what is not', () => {
  expect(keys({})).toEqual(['', 'init', '1', '#0', '2', 'fin']);
  expect(keys({ open: '1,1-2.1' })).toEqual(['', 'init', '1', '1-1', '1-2', '1#0', '#0', '2', 'fin']);
  expect(keys({ open: ['1', '1-2', '1-2.1'] })).toEqual(ROWS.map(([key]) => key).filter((key) => key !== '2-1'));
  const [, , closed] = tree.rows({}).rows;
  const [, , opened] = tree.rows({ open: '1' }).rows;
  expect([closed?.expanded, closed?.notes.length, closed?.inside.length]).toEqual([false, 1, 1]);
  expect([opened?.expanded, opened?.notes.length, opened?.inside.length]).toEqual([true, 0, 0]);
});

it('gives a slice, and says how many there are and where one is', () => {
  const page = tree.rows({ open: '1', from: 2, to: 4, at: '2' });
  expect(page.rows.map(({ key }) => key)).toEqual(['1', '1-1']);
  expect(page).toMatchObject({ first: 2, total: 9, at: 7, matching: null });
  expect(tree.rows({ open: '1,1-2', at: '1-2.1' }).above).toEqual(['1', '1-2']);
  expect(tree.rows({ at: '1-2.1' })).toMatchObject({ at: null, above: [] });
});

it('marks what a query means, and counts it where it is closed', () => {
  const page = tree.rows({ q: 'tool:memory', open: '1' });
  expect(page.matching).toBe(1);
  expect(page.rows.filter(({ found }) => found).map(({ key }) => key)).toEqual(['1', '1-2']);
  expect(tree.rows({ q: 'tool:memory', open: '1,1-2,1-2.1' }).rows.find(({ matched }) => matched)?.key).toBe('1-2.1-1');
  expect(tree.rows({ q: 'slug:llm.retry', open: '1' }).rows.find(({ matched }) => matched)?.key).toBe('1-1');
  expect(tree.rows({ q: 'agent:x' }).matching).toBeNull();
});

it('leaves what a query means, what stands above it and what hangs on it', () => {
  const open = '1,1-2,1-2.1,2';
  expect(keys({ q: 'tool:memory', only: true, open })).toEqual(['', '1', '1-2', '1-2#0', '1-2.1', '1-2.1-1']);
  expect(keys({ q: 'slug:test.said', only: true, open })).toEqual(['', '2', '2-1']);
  const guides = tree.rows({ q: 'tool:memory', only: true, open }).rows.map(({ guide }) => guide);
  expect(guides).toEqual(['', '└─ ', '   └─ ', '      ├─ ', '      └─ ', '         └─ ']);
});

it('refuses what only a server can tell', () => {
  expect(() => tree.rows({ q: 'cost:>1' })).toThrow('page.too_much_for_file');
});

it('goes to the next failure or match, and back, into the sessions below', () => {
  expect(tree.next({ here: 'session', q: '', back: false })).toBe('1-1');
  expect(tree.next({ here: '1-1' })).toBe('1-2.1-1');
  expect(tree.next({ here: '1-2.' })).toBe('1-2.1-1');
  expect(tree.next({ here: '1-2.1-1' })).toBe('2-1');
  expect(tree.next({ here: '2-1' })).toBeNull();
  expect(tree.next({ here: '2-1', back: true })).toBe('1-2.1-1');
  expect(tree.next({ here: 'session', q: 'tool:researcher' })).toBe('1-2');
});
