/** Promises of `sessionName.ts`: a session is called by what is known of it. */
import { expect, it } from 'vitest';

import { sessionName } from './sessionName.ts';

it('prefers the title, then what the user began with, then the last status', () => {
  const known = { title: 'refund', opening: 'where is my order?', latestStatus: 'searching' };
  expect(sessionName(known)).toBe('refund');
  expect(sessionName({ ...known, title: null })).toBe('“where is my order?”');
  expect(sessionName({ ...known, title: null, opening: null })).toBe('searching');
  expect(sessionName({ title: null, opening: null, latestStatus: null })).toBe('');
});
