/**
 * The page as one file that works from disk.
 *
 * Script and style stand inside the document, and its own content security policy admits exactly these two, by hash, and
 * no connection at all. The slot `answers` is where `clew export --html` puts what the page would have asked a server;
 * it is data, which no policy needs to admit, and it is the only part of the file that the export changes.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** The slot for the answers, as it stands in the built file. */
export const SLOT = '<script type="application/json" id="answers">null</script>';

/** A script that can stand inside a document: nothing in it opens or closes an element. */
export function embeddable(script: string): string {
  return script.replace(/<(?=!--|\/?script)/gi, '\\x3C');
}

/** How a policy names an inline script or style: by the hash of its text. */
export function source(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** The policy of a file that holds this script and this style, and needs nothing else. */
export function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${source(script)}`,
    `style-src ${source(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html',
  ].join('; ');
}

/** The document with its script and style inside, under a policy of its own. */
export function assemble(document: string, script: string, style: string): string {
  const safe = embeddable(script);
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy(safe, style)}" />`;
  const steps: [RegExp, (found: string) => string][] = [
    [/<script type="module"[^>]*><\/script>/, () => ''],
    [/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`],
    [/<meta charset="utf-8" \/>/, (charset) => `${charset}\n    ${head}`],
    [/<\/body>/, (end) => `${SLOT}\n    <script type="module">${safe}</script>\n  ${end}`],
  ];
  return steps.reduce((text, [place, becomes]) => {
    if (!place.test(text)) throw new Error(`the built document has no ${place.source}`);
    return text.replace(place, becomes);
  }, document);
}

/** The plugin that puts the one script and the one style sheet of a build into its document. */
export function singleFile(): Plugin {
  return {
    name: 'clew-single-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle);
      const script = files.find((file) => file.type === 'chunk');
      const style = files.find((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
      const document = bundle['index.html'];
      if (script?.type !== 'chunk' || style?.type !== 'asset' || document?.type !== 'asset' || files.length !== 3) {
        throw new Error(`one document, script and style sheet were expected, not ${Object.keys(bundle).join(', ')}`);
      }
      document.source = assemble(String(document.source), script.code, String(style.source));
      document.fileName = 'single.html';
      delete bundle[script.fileName];
      delete bundle[style.fileName];
    },
  };
}
