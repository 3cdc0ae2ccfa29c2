import type { Metric } from "../catalogue/catalogue.ts";
import type { Statistic } from "../catalogue/metric.ts";
import type { MetricRow, MetricRowOptions } from "./body.ts";
import { breakdownOf, type MeasuredService } from "./service.ts";

/** The metric of the service as a whole, or with the values of further dimensions. */
export function metricRow(
  { namespace, dimensions }: MeasuredService,
  { name }: Metric,
  options: MetricRowOptions,
  further: Readonly<Record<string, string>> = {},
): MetricRow {
  return [namespace, name, ...Object.entries({ ...dimensions, ...further }).flat(), options];
}

/** An expression over other rows. */
export function expressionRow(expression: string, options: MetricRowOptions): MetricRow {
  return [{ expression, ...options }];
}

/** An expression whose periods without data are 0. */
function filled(expression: string): string {
  return `FILL(${expression}, 0)`;
}

/** A count of the service, 0 in periods in which nothing was counted. Otherwise its graph would fall apart into dots. */
export function countRows(
  service: MeasuredService,
  metric: Metric,
  options: MetricRowOptions & { readonly id: string },
  further?: Readonly<Record<string, string>>,
): readonly MetricRow[] {
  const { id, ...shown } = options;
  const row = metricRow(service, metric, { id, stat: "Sum", visible: false }, further);
  return [row, expressionRow(filled(id), shown)];
}

/** Names with anything but letters and digits stand in quotes. */
function quoted(name: string): string {
  return /^[A-Za-z0-9]+$/.test(name) ? name : `"${name}"`;
}

/** What a search shows. */
export interface Search {
  readonly metric: Metric;
  readonly stat: Statistic;
  /** In seconds. */
  readonly period: number;
  /** Stands after the values of the dimensions in the legend. */
  readonly suffix?: string;
  /** Whether periods without data are 0: in those nothing was counted. @default false */
  readonly isCount?: boolean;
}

/** A graph with more lines cannot be read. */
const mostLines = 10;

/**
 * The metric by each value of what it is broken down by, the ten highest first.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
function searchRow(service: MeasuredService, search: Search): MetricRow {
  const { metric, stat, period, suffix = "", isCount = false } = search;
  const names = breakdownOf(service, metric);
  const schema = [service.namespace, ...Object.keys(service.dimensions), ...names].map(quoted).join(",");
  const terms = Object.entries(service.dimensions).map(([name, value]) => `${quoted(name)}="${value}"`);
  const query = [`{${schema}}`, `MetricName="${metric.name}"`, ...terms].join(" ");
  const label = names.map((name) => `\${PROP('Dim.${name}')}`).join(" ");
  const found = `SEARCH('${query}', '${stat}', ${period})`;
  const expression = `SORT(${isCount ? filled(found) : found}, MAX, DESC, ${mostLines})`;
  return expressionRow(expression, { label: label + suffix });
}

/** The dimensions of a route, or of a dependency. The method of `GET /users/{id}` may be one of its own. */
function dimensionsOf(service: MeasuredService, metric: Metric, value: string): Readonly<Record<string, string>> {
  const { dimensions, routeOf } = service.catalogue.vocabulary;
  const [method = ""] = value.split(" ");
  const values = { [dimensions.method]: method, [dimensions.route]: routeOf(value), [dimensions.dependency]: value };
  return Object.fromEntries(breakdownOf(service, metric).map((name) => [name, values[name] as string]));
}

/** One row for each given value of the dimension that breaks the metric down; without values, a search for them. */
export function breakdownRows(
  service: MeasuredService,
  search: Search,
  values: readonly string[] | undefined,
): readonly MetricRow[] {
  if (values === undefined) return [searchRow(service, search)];
  const { metric, stat, suffix = "", isCount = false } = search;
  return values.flatMap((value, index) => {
    const label = value + suffix;
    const dimensions = dimensionsOf(service, metric, value);
    return isCount
      ? countRows(service, metric, { id: metric.id + index, label }, dimensions)
      : [metricRow(service, metric, { stat, label }, dimensions)];
  });
}
