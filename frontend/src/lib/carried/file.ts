/**
 * What an exported file answers: it carries the server's answers whole, and whatever is asked is cut out of them.
 *
 * `src/clew/web/carried.py` has the table of what is carried. What only a server knows (other sessions, a search, what
 * goes on now) is `page.not_in_file`; a payload that did not fit into the file is `page.left_out`.
 */
import type { Params } from '../api.ts';
import { ApiError } from '../apiError.ts';
import type { Completions, Costs, Match, Matches, Message, NodePage, PartFacts, PartPage, Timeline } from '../wire.ts';
import { asksTooMuch } from './filter.ts';
import { findIn, wholePart, type Shown } from './part.ts';
import { CarriedTree } from './tree.ts';

/** The answers of a file, by address. */
export type Answers = ReadonlyMap<string, unknown>;

/** What the fields of a filter that a file cannot judge are answered with. */
const TOO_MUCH =
  'This file finds words, status, slug, tool, kind, model, provider and error; `clew serve` finds the rest.';
const ROWS = 200;
const MESSAGES = 100;
const MATCHES = 20;

/** The answer to a question, as a server would have given it. Throws an `ApiError` for what the file does not hold. */
export function carriedAnswer(answers: Answers, path: string, params: Params): unknown {
  const [room, id = '', what, ...rest] = path.split('/');
  if (path === 'complete') return completed(String(params['text'] ?? ''));
  const base = `api/sessions/${id}`;
  if (room !== 'sessions' || !answers.has(base)) throw new ApiError(404, 'page.not_in_file');
  if (what === 'rows') return tree(answers, base).rows(params);
  if (what === 'next') return { path: tree(answers, base).next(params) };
  if (what === 'timeline') return stretch(held<Timeline>(answers, `${base}/timeline`), params);
  if (what === 'costs') return shares(held<Costs>(answers, `${base}/costs?by=${text(params['by'], 'model')}`), params);
  if (what !== 'nodes') return held(answers, [base, what].filter(Boolean).join('/'));
  return node(answers, `${base}/nodes/${rest[0]}`, rest.slice(1), params);
}

function completed(query: string): Completions {
  const column = asksTooMuch(query);
  return { items: [], problem: column === null ? null : { sentence: TOO_MUCH, column } };
}

const trees = new WeakMap<Answers, Map<string, CarriedTree>>();

/** The tree of a session; what was found in it is kept with it. */
function tree(answers: Answers, base: string): CarriedTree {
  const known = trees.get(answers) ?? new Map<string, CarriedTree>();
  trees.set(answers, known);
  const found = known.get(base) ?? new CarriedTree(answers, base);
  known.set(base, found);
  return found;
}

/** A node, or a payload of it. */
function node(answers: Answers, base: string, rest: readonly string[], params: Params): unknown {
  if (!answers.has(base)) throw new ApiError(404, 'web.no_node');
  const [what, part, verb] = rest;
  if (what === undefined) return withLogs(held<NodePage>(answers, base), params);
  if (what !== 'parts') return held(answers, `${base}/${what}`);
  const shown = text(params['as'], 'text') as Shown;
  const address = `${base}/parts/${part}`;
  const pieces = wholePart(answers, address, shown, text(params['at'], '[]'));
  if (!pieces) throw new ApiError(404, answers.has(address) ? 'web.no_part' : 'page.left_out');
  if (verb === 'find') return matches(pieces as readonly string[], params);
  return page(facts(held<NodePage>(answers, base), decodeURIComponent(part ?? '')), shown, pieces, params);
}

function facts({ detail }: NodePage, name: string): PartFacts {
  const known = [...detail.parts, ...detail.logs.flatMap(({ parts }) => parts)].find((part) => part.name === name);
  if (!known) throw new ApiError(404, 'web.no_part');
  return known;
}

function withLogs({ detail, logCount }: NodePage, params: Params): NodePage {
  const logs = detail.logs.slice(number(params['logsFrom'], 0), number(params['logsTo'], ROWS));
  return { detail: { ...detail, logs }, logCount };
}

function page(known: PartFacts, shown: Shown, pieces: readonly unknown[], params: Params): PartPage {
  const first = number(params['from'], 0);
  const cut = pieces.slice(first, number(params['to'], MESSAGES));
  const isTalk = shown === 'conversation';
  const [lines, messages] = [isTalk ? null : (cut as string[]), isTalk ? (cut as Message[]) : null];
  return { ...known, lines, messages, first, known: pieces.length, isWhole: true };
}

function matches(lines: readonly string[], params: Params): Matches {
  const limit = number(params['limit'], MATCHES);
  const found: Match[] = [];
  for (const match of findIn(
    lines,
    String(params['needle']),
    number(params['from'], 0),
    params['ignoreCase'] === true,
  )) {
    if (found.length === limit) return { matches: found, isLast: false };
    found.push(match);
  }
  return { matches: found, isLast: true };
}

/** The bars of a window. They stay in their lanes, and what the file holds as a bundle stays one. */
function stretch(all: Timeline, params: Params): Timeline {
  const { from, to } = params;
  if (typeof from !== 'number' || typeof to !== 'number') return all;
  const lanes = all.lanes.map(({ group, bars }) => ({
    group,
    bars: bars.filter(({ startedAt, endedAt }) => startedAt <= to && (endedAt ?? all.endedAt) >= from),
  }));
  return { ...all, window: [from, to], lanes: lanes.filter(({ bars }) => bars.length) };
}

function shares(all: Costs, params: Params): Costs {
  const first = number(params['from'], 0);
  return { ...all, shares: all.shares.slice(first, number(params['to'], ROWS)), first };
}

/** An answer as it is carried. */
function held<T>(answers: Answers, address: string): T {
  if (!answers.has(address)) throw new ApiError(404, 'page.left_out');
  return answers.get(address) as T;
}

function number(value: Params[string], usual: number): number {
  return typeof value === 'number' ? value : usual;
}

function text(value: Params[string], usual: string): string {
  return typeof value === 'string' && value ? value : usual;
}
