/** Promises of `single.ts`: the one file admits its own script and style, and nothing that an export puts into it. */
import { expect, it } from 'vitest';

import { assemble, embeddable, SLOT, source } from './single.ts';

const DOCUMENT = `<head>
    <meta charset="utf-8" />
    <script type="module" crossorigin src="./assets/index-1.js"></script>
    <link rel="stylesheet" crossorigin href="./assets/index-2.css">
  </head>
  <body></body>`;

it('keeps a script from ending its own element', () => {
  const script = embeddable('a = "</script>"; b = "<!-- <SCRIPT"; c = 1 < 2');
  expect(script).toBe('a = "\\x3C/script>"; b = "\\x3C!-- \\x3CSCRIPT"; c = 1 < 2');
});

it('puts everything inside, under a policy that names it by hash', () => {
  const file = assemble(DOCUMENT, 'go("$&")', 'p { color: red }');
  expect(file).not.toContain('./assets/');
  expect(file).toContain(`script-src ${source('go("$&")')}; style-src ${source('p { color: red }')};`);
  expect(file).toContain('<script type="module">go("$&")</script>');
  expect(file).toContain('<style>p { color: red }</style>');
  expect(file.split(SLOT)).toHaveLength(2);
  expect(file.indexOf('Content-Security-Policy')).toBeLessThan(file.indexOf('<style>'));
});

it('hashes as browsers do', () => {
  expect(source("alert('Hello, world.');")).toBe("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
});

it('refuses a document that it does not know', () => {
  expect(() => assemble('<html></html>', '', '')).toThrow('the built document');
});
