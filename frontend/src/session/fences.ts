/** Where code stands in a text: what is between two fences of Markdown, fences included. Not a character is left out. */

/** A stretch of a text. */
export interface Piece {
  readonly text: string;
  readonly isCode: boolean;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The text in pieces, one after the other; a fence that nobody closes reaches to the end. */
export function pieces(text: string): Piece[] {
  const found: { text: string; isCode: boolean }[] = [];
  let open = '';
  for (const line of text.split(/(?<=\n)/)) {
    const fence = FENCE.exec(line)?.[1] ?? '';
    const begins = !open && fence !== '' && !line.slice(line.indexOf(fence) + fence.length).includes('`');
    if (begins) open = fence;
    const last = found.at(-1);
    if (last?.isCode === (open !== '') && !begins) last.text += line;
    else found.push({ text: line, isCode: open !== '' });
    if (!begins && open && fence.startsWith(open) && line.trim() === fence) open = '';
  }
  return found;
}
