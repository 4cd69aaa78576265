/**
 * Payloads out of a file. A request repeats the one before it, so what payloads share stands in the file once, on
 * shelves, and a payload says which runs of a shelf it is made of.
 */
import type { CarriedPart, Match, Message } from '../wire.ts';
import type { Answers } from './file.ts';
import { member } from './member.ts';

/** How a payload is shown. */
export type Shown = 'conversation' | 'json' | 'text';

type Run = readonly [shelf: string, first: number, count: number];

/** Characters of a line; what is longer goes on in the next one. */
const WIDEST = 2000;

let last: { answers: Answers; key: string; pieces: readonly unknown[] | undefined } | undefined;

/** All lines or messages of a part, or of what stands at a place in it (as JSON); `undefined` if the file has none. */
export function wholePart(answers: Answers, part: string, shown: Shown, at: string): readonly unknown[] | undefined {
  const key = [part, shown, at].join(' ');
  // a payload is asked for in pages
  if (last?.answers !== answers || last.key !== key) last = { answers, key, pieces: made(answers, part, shown, at) };
  return last.pieces;
}

function made(answers: Answers, address: string, shown: Shown, at: string): readonly unknown[] | undefined {
  const own = answers.get(address) as CarriedPart | undefined;
  const part = own?.same ? (answers.get(own.same) as CarriedPart | undefined) : own;
  if (!part) return undefined;
  const session = address.replace(/\/nodes\/.*/, '');
  if (shown === 'conversation') return part.messages ? messages(answers, session, part.messages) : undefined;
  if (shown === 'text' && at === '[]' && part.text) return part.text;
  const lines = (part.lines ?? []).flatMap((piece) =>
    typeof piece === 'string' ? [piece] : shelved<string>(answers, `${session}/lines`, piece),
  );
  const found = at === '[]' ? lines : member(lines, place(at));
  return found && shown === 'text' ? text(found) : found;
}

/** Messages in their places: what a shelf has is numbered as it was where it came first. */
function messages(answers: Answers, session: string, pieces: NonNullable<CarriedPart['messages']>): Message[] {
  const found: Message[] = [];
  for (const piece of pieces) {
    const there = isRun(piece) ? shelved<Message>(answers, `${session}/messages`, piece) : [piece];
    for (const message of there) found.push(moved(message, found.length));
  }
  return found;
}

function moved(message: Message, number: number): Message {
  const by = number - message.number;
  if (!by) return message;
  const blocks = message.blocks.map((block) => {
    const [list, index, ...rest] = block.at;
    return typeof list === 'string' && typeof index === 'number'
      ? { ...block, at: [list, index + by, ...rest] }
      : block;
  });
  return { ...message, number, blocks };
}

function isRun(piece: Message | Run): piece is Run {
  return Array.isArray(piece);
}

function shelved<T>(answers: Answers, shelves: string, [shelf, first, count]: Run): readonly T[] {
  return ((answers.get(`${shelves}/${shelf}`) ?? []) as readonly T[]).slice(first, first + count);
}

/** The lines of the text that lines of JSON say; of anything else these lines. */
function text(lines: readonly string[]): readonly string[] {
  const said = parsed(lines.join(''));
  return typeof said === 'string' ? said.split('\n').flatMap(cut) : lines;
}

function cut(line: string): readonly string[] {
  if (line.length <= WIDEST) return [line];
  const signs = [...line];
  return Array.from({ length: Math.ceil(signs.length / WIDEST) }, (_, at) =>
    signs.slice(at * WIDEST, (at + 1) * WIDEST).join(''),
  );
}

/** Every place from a line on where a text begins, at most one in a line. It may reach into the next line. */
export function* findIn(lines: readonly string[], needle: string, from: number, ignoreCase: boolean): Generator<Match> {
  const escaped = needle.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const pattern = new RegExp(escaped, ignoreCase ? 'iu' : 'u');
  for (let line = from; line < lines.length; line += 1) {
    const here = lines[line] ?? '';
    const goesOn = here.length >= WIDEST && length(here) === WIDEST;
    const found = pattern.exec(goesOn ? here + (lines[line + 1] ?? '').slice(0, needle.length - 1) : here);
    if (found && found.index < Math.max(1, here.length)) {
      yield { line, column: length(here.slice(0, found.index)), length: length(found[0]) };
    }
  }
}

/** Characters, as the server counts them. */
function length(text: string): number {
  return [...text].length;
}

function place(at: string): readonly (string | number)[] {
  const found = parsed(at);
  return Array.isArray(found) ? (found as (string | number)[]) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
