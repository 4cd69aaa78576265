/**
 * The query language as far as a file can answer it: words, and the fields that ask for a name or a state of a node.
 *
 * Fields that say nothing about nodes are left out, as the server leaves them out. Figures and times are the server's.
 */
import { terms } from '../query.ts';

/** What a filter may ask of a node. */
export interface NodeWords {
  readonly kind: string;
  readonly text: string;
  readonly slugs: readonly string[];
  /** By the name of the field. */
  readonly named: Readonly<Record<'error' | 'kind' | 'model' | 'provider' | 'status' | 'tool' | 'verdict', string>>;
}

type Test = (node: NodeWords) => boolean;

const OF_SESSIONS = new Set('id session agent origin turns children title tag parent incident'.split(' '));
const STATES = new Set('running ok failed interrupted timeout cancelled rejected'.split(' '));
const SAME: ReadonlyMap<string, string> = new Map([
  ['state', 'status'],
  ['live', 'running'],
]);

/** What a query asks of a node; `null` if it says nothing about nodes, `undefined` if only a server can tell. */
export function filter(query: string): Test | null | undefined {
  const tests: Test[] = [];
  for (const each of terms(query)) {
    const test = asked(each);
    if (test === undefined) return undefined;
    if (test) tests.push(test);
  }
  return tests.length ? (node) => tests.every((test) => test(node)) : null;
}

/** The column of the first term that only a server can judge; `null` if there is none. */
export function asksTooMuch(query: string): number | null {
  const term = terms(query).find((each) => asked(each) === undefined);
  return term === undefined ? null : query.indexOf(term) + 1;
}

function asked(term: string): Test | null | undefined {
  const isNot = term.startsWith('-') && term.length > 1;
  const test = judged(isNot ? term.slice(1) : term);
  return test && isNot ? (node) => !test(node) : test;
}

function judged(term: string): Test | null | undefined {
  const [, name = '', value = ''] = /^([A-Za-z_]+):([^]*)$/.exec(term) ?? [];
  if (!name) return contains('text', literal(term));
  const field = same(name.toLowerCase());
  if (OF_SESSIONS.has(field)) return null;
  const tests = pieces(value).map((piece) => ofField(field, piece));
  if (tests.includes(undefined)) return undefined;
  const known = tests.filter((test) => test !== null && test !== undefined);
  return known.length ? (node) => known.some((test) => test(node)) : null;
}

function ofField(field: string, value: string): Test | null | undefined {
  if (field === 'status') return inState(same(value.toLowerCase()));
  if (field === 'is') return isA(value.toLowerCase());
  if (field === 'slug')
    return (
      (fits) => (node) =>
        node.slugs.some(fits)
    )(pattern(value));
  if (field === 'tool') return called(value);
  if (field === 'error')
    return (
      (fits) => (node) =>
        fits(node.named.error)
    )(pattern(value, true));
  if (field === 'model' || field === 'provider' || field === 'kind') {
    return (
      (fits) => (node) =>
        node.named[field] !== '' && fits(node.named[field])
    )(pattern(value));
  }
  return undefined;
}

function inState(state: string): Test | null {
  return STATES.has(state) ? ({ named }) => named.status === state || named.verdict === state : null;
}

function isA(word: string): Test | null | undefined {
  if (word === 'live') return ({ named }) => named.status === 'running';
  return word === 'unpriced' ? undefined : null;
}

/** A call of a tool, and after a colon how it ended. */
function called(value: string): Test {
  const [, name, state] = /^(.*):([a-z]+)$/i.exec(value) ?? [];
  const isCall = state !== undefined && STATES.has(same(state.toLowerCase()));
  const fits = pattern(isCall ? (name ?? '') : value);
  const wanted = isCall ? same((state ?? '').toLowerCase()) : '';
  return ({ kind, named }) => kind === 'tool' && fits(named.tool) && (!wanted || named.status === wanted);
}

function contains(field: 'text', words: string): Test {
  const wanted = words.toLowerCase();
  return (node) => node[field].toLowerCase().includes(wanted);
}

/** Values with commas between them; a comma in quotes is none. */
function pieces(value: string): string[] {
  return value.match(/(?:"(?:\\[\\"]|[^"])*(?:"|$)|[^,"])+/g) ?? [''];
}

/** Whether a text is a value, in which `*` outside of quotes stands for anything; `within` finds it anywhere in a text. */
function pattern(value: string, within = false): (text: string) => boolean {
  const quoted = value
    .split(/("(?:\\[\\"]|[^"])*(?:"|$))/)
    .map((piece) => (piece.startsWith('"') ? escaped(literal(piece)) : piece.split('*').map(escaped).join('[^]*')));
  const whole = new RegExp(within ? quoted.join('') : `^(?:${quoted.join('')})$`, 'iu');
  return (text) => whole.test(text);
}

function literal(text: string): string {
  const inner = /^"([^]*?)"?$/.exec(text)?.[1];
  return inner === undefined ? text : inner.replace(/\\([\\"])/g, '$1');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function same(word: string): string {
  return SAME.get(word) ?? word;
}
