/**
 * A part of indented JSON, found by its lines alone: nothing is parsed, so that it stays as it was written.
 *
 * A member stands two blanks deeper than what holds it. A long string goes on over several lines, which may begin with
 * anything, so the quotes are counted.
 */
const INDENT = 2;

/** The lines of what stands at a place; `undefined` if there is nothing. */
export function member(lines: readonly string[], at: readonly (string | number)[]): string[] | undefined {
  let found: string[] | undefined = [...lines];
  for (const step of at) found = found && child(found, step);
  return found;
}

function child(lines: readonly string[], step: string | number): string[] | undefined {
  const starts = members(lines);
  const head = typeof step === 'string' ? `${' '.repeat(INDENT)}${JSON.stringify(step)}: ` : ' '.repeat(INDENT);
  const here = typeof step === 'number' ? step : starts.findIndex((start) => lines[start]?.startsWith(head));
  const first = starts[here];
  if (first === undefined || !lines[0]?.endsWith(typeof step === 'number' ? '[' : '{')) return undefined;
  const found = dedented(lines.slice(first, starts[here + 1] ?? lines.length - 1));
  found[0] = found[0]?.slice(head.length - INDENT) ?? '';
  if (here < starts.length - 1) found.push(found.pop()?.replace(/,$/, '') ?? '');
  return found;
}

/** Where each member of the outermost object or list begins. */
function members(lines: readonly string[]): number[] {
  const starts: number[] = [];
  eachStart(lines, (line, at) => {
    if (/^ {2}[^ ]/.test(line) && !/^ {2}[\]}]/.test(line)) starts.push(at);
  });
  return starts;
}

function dedented(lines: readonly string[]): string[] {
  const found = [...lines];
  eachStart(lines, (line, at) => (found[at] = line.slice(INDENT)));
  return found;
}

/** Every line that does not begin within a string. */
function eachStart(lines: readonly string[], take: (line: string, at: number) => void): void {
  let isInside = false;
  lines.forEach((line, at) => {
    if (!isInside) take(line, at);
    const quotes = line.replace(/\\./gs, '').match(/"/g)?.length ?? 0;
    if (quotes % 2) isInside = !isInside;
  });
}
