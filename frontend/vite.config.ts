/**
 * Two builds of one page: `vite build` for the server (a document, a script and a style sheet, named by their hashes) and
 * `vite build --mode single` for `clew export --html` (everything in one file, see `single.ts`).
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { singleFile } from './single.ts';

export default defineConfig(({ mode }) => {
  const single = mode === 'single';
  return {
    base: './',
    plugins: [svelte(), ...(single ? [singleFile()] : [])],
    build: {
      outDir: single ? 'dist/single' : 'dist/served',
      target: ['chrome123', 'firefox121', 'safari17.5'], // the first to know `light-dark()`
      modulePreload: false,
      assetsInlineLimit: single ? Number.MAX_SAFE_INTEGER : 4096,
      reportCompressedSize: false,
    },
    test: {
      include: ['src/**/*.test.ts', '*.test.ts'],
      environment: 'node',
      env: { TZ: 'UTC' },
    },
  };
});
