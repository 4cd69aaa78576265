/** The keys of rows of a tree, as the server makes them: `2-3.1-2` is the path of a node, `2-3#0` its first log entry. */

/** The key of the row that a row stands under; empty for the session. */
export function parentKey(key: string): string {
  const mark = key.indexOf('#');
  return key.slice(0, mark >= 0 ? mark : Math.max(key.lastIndexOf('-'), key.lastIndexOf('.'), 0));
}

/** The rows to be opened for a row to be seen, the outermost first. */
export function keysAbove(key: string): string[] {
  const found: string[] = [];
  for (let above = parentKey(key); above; above = parentKey(above)) found.unshift(above);
  return found;
}

/** The path of the node that is shown for a row: its own, or that of the node on which an entry or a note hangs. */
export function holderOf(key: string): string {
  const mark = key.indexOf('#');
  return mark < 0 ? key : key.slice(0, mark).replace(/(^|\.)[a-z]+$/, '');
}

/** What is written for a path where it cannot be empty. */
export function written(path: string): string {
  return path || 'session';
}

/** Whether a text has the shape of a path. */
export function isPath(text: string): boolean {
  return /^(init|fin|s?[1-9]\d*(-[1-9]\d*)?)(\.(init|fin|s?[1-9]\d*(-[1-9]\d*)?))*\.?$/.test(text);
}
