/**
 * Which rows of a long list are drawn: a pure function of how far it is scrolled.
 *
 * A browser lays out up to about 17 million pixels (Firefox; Chromium twice that), which is 600,000 rows of 28 pixels.
 */
export interface Span {
  /** The first row drawn. */
  readonly first: number;
  /** The row after the last one drawn. */
  readonly end: number;
}

/** Rows drawn above and below those that can be seen: half a window, so that a quick scroll shows no empty ground. */
export function margin(rowHeight: number, height: number): number {
  return Math.max(8, Math.ceil(height / rowHeight / 2));
}

/** The rows to draw of a list of `count` rows that is scrolled down by `top` pixels in a window of `height`. */
export function visibleSpan(count: number, rowHeight: number, top: number, height: number): Span {
  const more = margin(rowHeight, height);
  const first = Math.floor(top / rowHeight) - more;
  const end = Math.ceil((top + height) / rowHeight) + more;
  return { first: within(first, count), end: within(end, count) };
}

/** How far to scroll so that a row can be seen whole, moving no further than needed. */
export function scrolledTo(row: number, rowHeight: number, top: number, height: number): number {
  const start = row * rowHeight;
  if (start < top) return start;
  return Math.max(top, start + rowHeight - height);
}

/** The row that a key leads to from another; `null` for a key that moves nowhere. `page` is how many rows can be seen. */
export function movedTo(key: string, row: number, count: number, page: number): number | null {
  const steps: ReadonlyMap<string, number> = new Map([
    ['ArrowDown', row + 1],
    ['ArrowUp', row - 1],
    ['PageDown', row + page],
    ['PageUp', row - page],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const target = steps.get(key);
  return target === undefined || count === 0 ? null : within(target, count - 1);
}

function within(row: number, last: number): number {
  return Math.min(Math.max(row, 0), last);
}
