/** A conversation as people read it: a call and what came back stand together, whichever messages they came in. */
import type { Block, Message } from '../lib/wire.ts';

/** A block, and the result of it if it is a call. */
export interface Said {
  readonly block: Block;
  readonly result: Block | undefined;
}

/** A message, with what is left to say in it. */
export interface Turn {
  readonly number: number;
  readonly role: string;
  readonly said: readonly Said[];
}

/** The messages with every result moved to its call; one that held nothing but results is left out. */
export function paired(messages: readonly Message[]): Turn[] {
  const results = new Map<string, Block>();
  const calls = new Set<string>();
  for (const { blocks } of messages) {
    for (const block of blocks) {
      if (block.callId === null) continue;
      if (block.kind === 'tool_use') calls.add(block.callId);
      else if (block.kind === 'tool_result' && calls.has(block.callId) && !results.has(block.callId)) {
        results.set(block.callId, block);
      }
    }
  }
  const moved = new Set(results.values());
  const turns = messages.map(({ number, role, blocks }) => ({
    number,
    role,
    said: blocks
      .filter((block) => !moved.has(block))
      .map((block) => ({
        block,
        result: block.kind === 'tool_use' && block.callId !== null ? results.get(block.callId) : undefined,
      })),
  }));
  return turns.filter(
    ({ said, number }) => said.length || !messages.find((each) => each.number === number)?.blocks.length,
  );
}
