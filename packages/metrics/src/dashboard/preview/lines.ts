import type { MetricRow, MetricRowOptions, MetricWidgetProperties } from "../body.ts";
import { evaluate } from "./expression.ts";
import { isSearch, runSearch } from "./search.ts";
import type { MetricName, Points, Store, Timeline } from "./store.ts";

/** A line of a graph, or a number. */
export interface Line {
  readonly label: string;
  readonly color: string | undefined;
  readonly points: Points;
}

/** A row of a widget, taken apart. */
interface Row {
  readonly metric: MetricName | undefined;
  readonly options: MetricRowOptions;
}

function rowOf(row: MetricRow): Row {
  const options = row.at(-1) as MetricRowOptions;
  const [namespace, name, ...dimensions] = row.slice(0, -1) as readonly string[];
  if (namespace === undefined || name === undefined) return { metric: undefined, options };
  const pairs = dimensions.flatMap((text, index) =>
    index % 2 === 0 ? [[text, dimensions[index + 1] as string] as const] : [],
  );
  return { metric: { namespace, name, dimensions: new Map(pairs) }, options };
}

/** A label with what CloudWatch puts into it. */
function labelOf(label: string, { dimensions }: MetricName): string {
  return label.replaceAll(/\$\{PROP\('Dim\.([^']+)'\)\}/g, (_, name: string) => String(dimensions.get(name)));
}

/** What a widget shows of the store, in the order of its rows. */
export function linesOf(
  { metrics, stat: widgetStat }: MetricWidgetProperties,
  store: Store,
  timeline: Timeline,
): readonly Line[] {
  const byId = new Map<string, Points>();
  const variables = { byId, periodSeconds: timeline.periodMs / 1_000 };
  return metrics.map(rowOf).flatMap(({ metric, options }): readonly Line[] => {
    const { id, expression = "", label = "", color, stat = widgetStat, visible } = options;
    if (metric === undefined && isSearch(expression)) {
      const found = runSearch(expression, store, timeline);
      return found.map(({ metric: each, points }) => ({ label: labelOf(label, each), color, points }));
    }
    const value = metric === undefined ? evaluate(expression, variables) : store.points(metric, stat, timeline);
    const points = typeof value === "number" ? Array.from({ length: timeline.length }, () => value) : value;
    if (id !== undefined) byId.set(id, points);
    return visible === false ? [] : [{ label, color, points }];
  });
}
