/** Promises of `route.ts`: every place has an address, and the address leads back to it. */
import { expect, it } from 'vitest';

import { formatRoute, parseRoute, withParams } from './route.ts';

it('starts at the sessions when the address names nothing', () => {
  for (const fragment of ['', '#', '#/']) expect(parseRoute(fragment).view).toBe('sessions');
});

it('reads back what it wrote, whatever stands in it', () => {
  const params = new Map([
    ['q', 'status:failed "50 % / ü#?&="'],
    ['__proto__', 'x'],
  ]);
  const route = { view: 'session', parts: ['20251109_143414_a1b2c3d4', '2-3.1-2', 'a/b?c#d'], params };
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

it('takes a fragment that no page wrote as it stands', () => {
  expect(parseRoute('#/session/%E0%A4%A').parts).toEqual(['%E0%A4%A']);
});

it('changes one parameter and keeps the others', () => {
  const route = withParams(parseRoute('#/sessions?q=a&sort=cost'), { sort: null, q: 'b' });
  expect(formatRoute(route)).toBe('#/sessions?q=b');
});
