/**
 * Queries as the page writes them: it adds a term, takes one away, and quotes what has to be quoted.
 *
 * What a query means only the server knows; here it is words with blanks between them, and quotes that hold blanks.
 */

const PLAIN = /^[^\s":,*]+$/;

/** The terms of a query as they stand; a quote that nobody closed reaches to the end. */
export function terms(query: string): string[] {
  return query.match(/(?:"(?:\\[\\"]|[^"])*(?:"|$)|[^\s"])+/g) ?? [];
}

/** A value that is compared as it stands, quoted where it has to be. */
export function written(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A term of a field: `term('agent', 'my agent')` is `agent:"my agent"`. */
export function term(field: string, value: string): string {
  return `${field}:${written(value)}`;
}

/** The terms of one query, each once, after those of another. */
export function joined(...queries: readonly string[]): string {
  return [...new Set(queries.flatMap(terms))].join(' ');
}

/** The query with a term, which replaces what was asked of the same field; without it, if it is there already. */
export function turned(query: string, wanted: string): string {
  const present = terms(query);
  const added = terms(wanted);
  if (added.every((each) => present.includes(each))) return present.filter((each) => !added.includes(each)).join(' ');
  const fields = new Set(added.map(field).filter(Boolean));
  return [...present.filter((each) => !fields.has(field(each)) && !added.includes(each)), ...added].join(' ');
}

/** Whether every term of one query stands in another. */
export function includes(query: string, wanted: string): boolean {
  const present = new Set(terms(query));
  return terms(wanted).every((each) => present.has(each));
}

/** The terms of the sessions that began on one local day, `2026-11-22`. */
export function onDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const next = new Date(Date.UTC(year, month - 1, date + 1)).toISOString().slice(0, 10);
  return `after:${day} before:${next}`;
}

function field(each: string): string {
  return /^-?([A-Za-z_]+):/.exec(each)?.[1] ?? '';
}
