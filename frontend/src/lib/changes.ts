/**
 * Two values in lines, as the lines that changed: what both begin and end with is left out but for a little around it.
 *
 * It is no search for the smallest difference, which the server makes where it matters, for texts of several lines.
 */
const AROUND = 2;

/** Lines with a sign each: `-` for what is only in the first, `+` for what is only in the second. */
export function changed(before: readonly string[] | null, after: readonly string[] | null): string[] {
  const [one, other] = [before ?? [], after ?? []];
  const shorter = Math.min(one.length, other.length);
  let head = 0;
  while (head < shorter && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  return [
    ...one.slice(Math.max(0, head - AROUND), head).map((line) => ` ${line}`),
    ...one.slice(head, one.length - tail).map((line) => `-${line}`),
    ...other.slice(head, other.length - tail).map((line) => `+${line}`),
    ...one.slice(one.length - tail, one.length - tail + AROUND).map((line) => ` ${line}`),
  ];
}
