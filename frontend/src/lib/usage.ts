/** Tokens as they are counted: four disjoint numbers, of which those that are 0 do not go over the wire. */
import { count } from './format.ts';
import type { Usage } from './wire.ts';

/** A kind of tokens. */
export interface Kind {
  readonly key: 'input_tokens' | 'cache_read_tokens' | 'cache_write_tokens' | 'output_tokens';
  /** Its name on every screen. */
  readonly name: string;
  /** The class of its colour; see `parts/Stack.svelte`. */
  readonly tone: 'fresh' | 'read' | 'written' | 'output';
}

/** The kinds in the order in which a request meets them. */
export const KINDS: readonly Kind[] = [
  { key: 'cache_read_tokens', name: 'cache read', tone: 'read' },
  { key: 'cache_write_tokens', name: 'cache write', tone: 'written' },
  { key: 'input_tokens', name: 'input', tone: 'fresh' },
  { key: 'output_tokens', name: 'output', tone: 'output' },
];

/** All tokens that were read, written to the cache, or produced. */
export function totalTokens(usage: Usage): number {
  return KINDS.reduce((sum, { key }) => sum + (usage[key] ?? 0), 0);
}

/** The share of the input that came from the cache; `null` without input. */
export function cachedShare(usage: Usage): number | null {
  const cached = usage.cache_read_tokens ?? 0;
  const input = cached + (usage.cache_write_tokens ?? 0) + (usage.input_tokens ?? 0);
  return input ? cached / input : null;
}

/** The four numbers in words, for those who point at them or hear them. */
export function inWords(usage: Usage): string {
  return KINDS.map(({ key, name }) => `${count(usage[key] ?? 0)} ${name}`).join(' · ');
}
