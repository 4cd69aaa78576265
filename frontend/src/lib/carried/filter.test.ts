/** Promises of `filter.ts`: names, states and words as the server understands them; the rest is left to it. */
import { expect, it } from 'vitest';

import { asksTooMuch, filter, type NodeWords } from './filter.ts';

const NONE = { error: '', kind: '', model: '', provider: '', status: '', tool: '', verdict: '' };
const CALL: NodeWords = {
  kind: 'tool',
  text: '⚙ orders.search my order tool.timeout',
  slugs: ['tool.timeout', 'test.slow'],
  named: { ...NONE, tool: 'orders.search', kind: 'mcp', status: 'timeout', error: 'no answer in 10 s' },
};
const ANSWER: NodeWords = {
  kind: 'attempt',
  text: '→ anthropic claude-sonnet-4-5',
  slugs: [],
  named: { ...NONE, model: 'claude-sonnet-4-5', provider: 'anthropic', status: 'ok', verdict: 'rejected' },
};

it.each([
  ['tool:orders.*', CALL, true],
  ['tool:ORDERS.search:timeout', CALL, true],
  ['tool:*:ok,*:timeout', CALL, true],
  ['tool:orders', CALL, false],
  ['tool:*', ANSWER, false],
  ['tool:"orders.*"', CALL, false],
  ['kind:mcp,rest slug:tool.*', CALL, true],
  ['-slug:tool.timeout', CALL, false],
  ['-slug:tool.timeout', ANSWER, true],
  ['status:failed,rejected', ANSWER, true],
  ['state:live', ANSWER, false],
  ['error:answer', CALL, true],
  ['error:"NO answer"', CALL, true],
  ['model:claude-*', ANSWER, true],
  ['-model:claude-*', CALL, true],
  ['provider:anthropic,openai', ANSWER, true],
  ['"my order"', CALL, true],
  ['ORDER', CALL, true],
  ['-order', CALL, false],
  ['agent:support tool:*', CALL, true],
  ['*', CALL, false],
])('%s', (query, node, expected) => {
  expect(filter(query)?.(node)).toBe(expected);
});

it('has nothing to ask of a node where a query is about sessions', () => {
  for (const query of ['', 'agent:support', 'is:child', 'status:abandoned']) expect(filter(query)).toBeNull();
});

it('leaves figures and times to the server, and says where they stand', () => {
  expect(filter('tool:a cost:>1')).toBeUndefined();
  expect(filter('is:unpriced')).toBeUndefined();
  expect(asksTooMuch('tool:a cost:>1')).toBe(8);
  expect(asksTooMuch('tool:a "cost:>1"')).toBeNull();
});
