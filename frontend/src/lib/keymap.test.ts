/** Promises of `keymap.svelte.ts`: a key does what the help says, and nothing while somebody types. */
import { expect, it, vi } from 'vitest';

import { Keymap, type Press } from './keymap.svelte.ts';

function press(key: string, more: Partial<Press> = {}): Press {
  return { key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...more };
}

function made(...keys: string[]): { keymap: Keymap; ran: string[] } {
  const ran: string[] = [];
  const keymap = new Keymap();
  keymap.add(keys.map((each) => ({ keys: each, says: each, run: () => ran.push(each) })));
  return { keymap, ran };
}

const field = { tagName: 'INPUT' } as unknown as EventTarget;

it('does what a key or a sequence of keys is for', () => {
  const { keymap, ran } = made('/', 'g c', 'c');
  for (const key of ['/', 'c', 'g', 'c', 'g', '/']) keymap.press(press(key));
  expect(ran).toEqual(['/', 'c', 'g c', '/']);
});

it('leaves keys to whoever types, but for Escape and those with modifiers', () => {
  const { keymap, ran } = made('/', 'Escape', 'Mod+k');
  keymap.press(press('/', { target: field }));
  keymap.press(press('Escape', { target: field }));
  keymap.press(press('k', { target: field, metaKey: true }));
  expect(ran).toEqual(['Escape', 'Mod+k']);
});

it('lets the shortcut that was added last win until it is taken away', () => {
  const { keymap, ran } = made('j');
  const view = vi.fn();
  const remove = keymap.add([{ keys: 'j', says: 'down', run: view }]);
  keymap.press(press('j'));
  remove();
  keymap.press(press('j'));
  expect(view).toHaveBeenCalledOnce();
  expect(ran).toEqual(['j']);
});

it('can be told to ignore keys without modifiers', () => {
  const { keymap, ran } = made('j', 'Mod+k');
  keymap.allowPlainKeys(false);
  keymap.press(press('j'));
  keymap.press(press('k', { ctrlKey: true }));
  expect(ran).toEqual(['Mod+k']);
});
