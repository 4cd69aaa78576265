/** Promises of `tree.svelte.ts`: what is looked at is fetched and nothing else, and a row that opens is asked of the server. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { RowPage, TreeRow } from '../lib/wire.ts';
import { Tree, type Laid } from './tree.svelte.ts';

const TOTAL = 100_000;
let asked: URLSearchParams[] = [];

function row(index: number): TreeRow {
  const depth = index ? 1 : 0;
  return { key: index ? String(index) : '', path: String(index), depth, expandable: index > 0 } as TreeRow;
}

function answer(params: URLSearchParams): RowPage {
  const [first, end] = [Number(params.get('from')), Math.min(Number(params.get('to')), TOTAL)];
  const rows = Array.from({ length: end - first }, (_, at) => row(first + at));
  return {
    rows,
    first,
    total: TOTAL,
    at: params.has('at') ? Number(params.get('at')) : null,
    above: [],
    matching: null,
  };
}

beforeEach(() => {
  asked = [];
  vi.stubGlobal('document', { getElementById: () => null });
  vi.stubGlobal('fetch', (address: string) => {
    const params = new URLSearchParams(address.split('?')[1]);
    asked.push(params);
    return Promise.resolve(new Response(JSON.stringify(answer(params))));
  });
});

afterEach(() => vi.unstubAllGlobals());

async function laid(turns: number): Promise<Tree> {
  const tree = new Tree('a');
  tree.count(turns, 0);
  await tree.lay();
  return tree;
}

it('fetches what is in sight, and nothing that was passed by', async () => {
  const tree = await laid(TOTAL);
  for (let first = 0; first < 50_000; first += 500) tree.look(first, first + 40);
  await vi.waitFor(() => expect(tree.row(49_539)?.key).toBe('49539'));
  expect(tree.total).toBe(TOTAL);
  expect(asked.length).toBeLessThan(8);
});

it('asks for no more rows at once than the server gives', async () => {
  const tree = await laid(TOTAL);
  tree.look(400, 700);
  await vi.waitFor(() => expect(tree.row(699)).toBeDefined());
  for (const params of asked) expect(Number(params.get('to')) - Number(params.get('from'))).toBeLessThanOrEqual(200);
});

it('shows a session of few turns opened, and one of many closed', async () => {
  expect((await laid(3)).isOpen('2')).toBe(true);
  expect(asked.at(-1)?.get('open')).toBe('1,2,3');
  expect((await laid(TOTAL)).isOpen('2')).toBe(false);
  expect(asked.at(-1)?.get('open')).toBeNull();
});

it('opens and closes rows, one or all', async () => {
  const tree = await laid(3);
  tree.turn('2');
  await vi.waitFor(() => expect(asked.at(-1)?.get('open')).toBe('1,3'));
  tree.turn('2-1');
  await vi.waitFor(() => expect(asked.at(-1)?.get('open')).toBe('1,3,2-1'));
  expect(tree.turnAll()).toBe(true);
  await vi.waitFor(() => expect(asked.at(-1)?.get('open')).toBeNull());
  expect((await laid(TOTAL)).turnAll()).toBe(false);
});

it('opens what a node stands under, and says where it is', async () => {
  const tree = await laid(TOTAL);
  const seen: Laid[] = [];
  tree.onlaid = (each) => seen.push(each);
  tree.select('70', true);
  await vi.waitFor(() => expect(seen.at(-1)?.at).toBe(70));
  tree.select('2-3.1-2', true);
  await vi.waitFor(() => expect(asked.at(-1)?.get('open')).toBe('2,2-3,2-3.1'));
});

it('keeps up with a session that grows faster than it is answered', async () => {
  const tree = await laid(TOTAL);
  const before = asked.length;
  await Promise.all(Array.from({ length: 50 }, () => tree.grow()));
  await vi.waitFor(() => expect(asked.length).toBe(before + 2));
});
