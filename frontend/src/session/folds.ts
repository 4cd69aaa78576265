/** Folded stretches of a text in lines: what hides behind a bracket, and which line stands where. */

/** Lines that are hidden: those after `start`, up to and without `end`. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/** Folds by their first line; some may lie in others. */
export type Folds = ReadonlyMap<number, number>;

/** The folds that are in no other one, in order. */
export function outermost(folds: Folds): Fold[] {
  const sorted = [...folds].map(([start, end]) => ({ start, end })).toSorted((one, other) => one.start - other.start);
  const found: Fold[] = [];
  for (const fold of sorted) {
    const last = found.at(-1);
    if (!last || fold.start >= last.end) found.push(fold);
  }
  return found;
}

/** How many of so many lines can be seen. */
export function visibleLines(total: number, folds: readonly Fold[]): number {
  return folds.reduce((left, { start, end }) => left - hidden(start, Math.min(end, total)), total);
}

/** The line at a place among those that can be seen. */
export function lineAt(place: number, folds: readonly Fold[]): number {
  let line = place;
  for (const { start, end } of folds) {
    if (start >= line) break;
    line += hidden(start, end);
  }
  return line;
}

/** The place of a line among those that can be seen; of a hidden one that of the line it hides behind. */
export function placeOf(line: number, folds: readonly Fold[]): number {
  let place = line;
  for (const { start, end } of folds) {
    if (start >= line) break;
    place -= line < end ? line - start : hidden(start, end);
  }
  return place;
}

/** The folds without those that hide a line. */
export function unfolded(folds: Folds, line: number): Folds {
  return new Map([...folds].filter(([start, end]) => !(start < line && line < end)));
}

/** How far a line of JSON is indented; what opens a bracket can be folded. */
export function indent(line: string): number {
  return line.length - line.trimStart().length;
}

/** Whether a line of JSON opens a bracket that a later one closes. */
export function opens(line: string): boolean {
  return /[[{]$/.test(line);
}

function hidden(start: number, end: number): number {
  return Math.max(0, end - start - 1);
}
