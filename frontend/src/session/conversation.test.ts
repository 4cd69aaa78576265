/** Promises of `conversation.ts`: a call stands with its result, and nothing that was said gets lost. */
import { expect, it } from 'vitest';

import type { Block, Message } from '../lib/wire.ts';
import { paired } from './conversation.ts';

function block(kind: Block['kind'], callId: string | null = null): Block {
  return { kind, text: kind, isCut: false, at: [], name: null, callId, isError: false, mediaType: null };
}

function message(number: number, role: string, ...blocks: Block[]): Message {
  return { number, role, blocks };
}

it('puts a result beside its call', () => {
  const turns = paired([
    message(0, 'user', block('text')),
    message(1, 'assistant', block('text'), block('tool_use', 'a'), block('tool_use', 'b')),
    message(2, 'user', block('tool_result', 'b'), block('tool_result', 'a')),
  ]);
  expect(turns.map(({ number }) => number)).toEqual([0, 1]);
  expect(turns[1]?.said.map(({ block: { callId }, result }) => [callId, result?.callId])).toEqual([
    [null, undefined],
    ['a', 'a'],
    ['b', 'b'],
  ]);
});

it('keeps a result without a call, a second result, and a message without anything', () => {
  const turns = paired([
    message(4, 'user', block('tool_result', 'x')),
    message(5, 'assistant', block('tool_use', 'y')),
    message(6, 'tool', block('tool_result', 'y')),
    message(7, 'tool', block('tool_result', 'y')),
    message(8, 'assistant'),
  ]);
  expect(turns.map(({ number, said }) => [number, said.length])).toEqual([
    [4, 1],
    [5, 1],
    [7, 1],
    [8, 0],
  ]);
});
