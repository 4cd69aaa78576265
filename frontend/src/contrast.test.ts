/** Promises of `tokens.css`: every text can be read on every ground it stands on, in light and in dark (WCAG AA). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const TOKENS = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

const GROUNDS = ['paper', 'raised', 'hover', 'chosen'];
const TEXTS = ['text', 'quiet', 'link', 'failed', 'retry', 'running', 'interrupted', 'added'];
const SHAPES = ['edge', 'bar', 'bar-tool'];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function token(name: string, theme: 'light' | 'dark'): string {
  const found = TOKENS.get(name);
  if (!found) throw new Error(`tokens.css has no colour --${name}`);
  return found[theme];
}

describe.each(['light', 'dark'] as const)('in %s', (theme) => {
  it.each(TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground])))(
    '%s on %s has a contrast of 4.5',
    (text = '', ground = '') => {
      expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5);
    },
  );
  it.each(SHAPES.flatMap((shape) => ['paper', 'raised'].map((ground) => [shape, ground])))(
    '%s on %s has a contrast of 3',
    (shape = '', ground = '') => {
      expect(contrast(token(shape, theme), token(ground, theme))).toBeGreaterThanOrEqual(3);
    },
  );
  it('a hole can be read', () => {
    expect(contrast(token('hole-text', theme), token('hole-ground', theme))).toBeGreaterThanOrEqual(4.5);
  });
});

it('every colour of the page is in the table', () => {
  const named = [...css.matchAll(/#[0-9a-f]{3,8}\b/gi)].length;
  expect(named).toBe(TOKENS.size * 2);
});
