import type { MetricName, Points, Store, Timeline } from "./store.ts";

/** A metric that a search has found. */
export interface Found {
  readonly metric: MetricName;
  readonly points: Points;
}

/** Names in a schema: bare, or in quotes. */
function namesOf(schema: string): readonly string[] {
  return [...schema.matchAll(/"([^"]*)"|([^,"]+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string));
}

function highest(points: Points): number {
  return points.reduce<number>((most, point) => Math.max(most, point ?? -Infinity), -Infinity);
}

/** Whether an expression is a search, which gives several metrics. */
export function isSearch(expression: string): boolean {
  return expression.startsWith("SORT(");
}

/**
 * Runs a search as `dashboard()` writes it: the metrics of a schema with the highest maximum.
 *
 * @throws SyntaxError for any other search.
 */
export function runSearch(expression: string, store: Store, timeline: Timeline): readonly Found[] {
  const parts = /^SORT\((FILL\()?SEARCH\('\{(.+?)\} (.+)', '(\w+)', \d+\)(?:, 0\))?, MAX, DESC, (\d+)\)$/.exec(
    expression,
  );
  if (parts === null) throw new SyntaxError(`preview: ${expression} cannot be searched`);
  const [, fill, schema, terms, stat, most] = parts as unknown as RegExpExecArray & {
    readonly [group in 2 | 3 | 4 | 5]: string;
  };
  const [namespace = "", ...names] = namesOf(schema);
  const wanted = new Map(
    [...terms.matchAll(/(?:"([^"]*)"|(\w+))="([^"]*)"/g)].map(([, quoted, bare, value]) => [
      quoted ?? (bare as string),
      value as string,
    ]),
  );
  const name = wanted.get("MetricName") as string;
  wanted.delete("MetricName");
  return store
    .search(namespace, name, names, wanted)
    .map((metric) => {
      const points = store.points(metric, stat, timeline);
      return { metric, points: fill === undefined ? points : points.map((point) => point ?? 0) };
    })
    .sort((a, b) => highest(b.points) - highest(a.points))
    .slice(0, Number(most));
}
