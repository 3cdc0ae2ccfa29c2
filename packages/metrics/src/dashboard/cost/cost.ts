import type { MetricId } from "../../catalogue/metric.ts";
import { type CostOptions, type ResolvedCost, resolveCost } from "./options.ts";
import type { CloudWatchPrices } from "./price-table.ts";

/** What one metric costs a month. */
export interface MetricCost {
  readonly id: MetricId;
  readonly name: string;
  /** Combinations with values of its dimensions: CloudWatch bills each. */
  readonly series: number;
  readonly usd: number;
}

/** What metrics cost a month, in USD, by EMF and by OTLP. */
export interface MonthlyCost {
  readonly region: string;
  readonly requestsPerMonth: number;
  readonly prices: CloudWatchPrices;
  readonly emf: {
    readonly metrics: readonly MetricCost[];
    /** Of all metrics together. */
    readonly series: number;
    /** At most, since CloudWatch bills a metric for the hours in which it has data. */
    readonly metricsUsd: number;
    readonly logBytes: number;
    readonly logsUsd: number;
    readonly totalUsd: number;
  };
  /** There is no charge per metric. Absent if the price in the region is unknown. */
  readonly otlp?: { readonly bytes: number; readonly totalUsd: number } | undefined;
}

/** AWS bills by 2^30 bytes. */
const bytesOfGb = 1_073_741_824;
/** CloudWatch Logs adds them to each line. */
const bytesOfLineOverhead = 26;

/** How many series a set of dimensions makes. */
function seriesOf({ catalogue, routes, dependencies }: ResolvedCost, set: readonly string[]): number {
  const { dimensions } = catalogue.vocabulary;
  if (set.includes(dimensions.route)) return routes;
  return set.includes(dimensions.dependency) ? dependencies : 1;
}

/**
 * Estimates what the metrics of one service cost a month: by EMF each custom metric and the bytes of its lines, by OTLP
 * the bytes alone. List prices, without free tier, alarms and dashboards. The metrics are those of an API that has each
 * of them every hour.
 *
 * @throws TypeError or RangeError naming the option and its value, also if the table has no prices of the region.
 *
 * @example
 * const { emf, otlp } = monthlyCost({ region: "us-east-1", requestsPerMonth: 5_000_000, routes: 20 });
 */
export function monthlyCost(options: CostOptions): MonthlyCost {
  const cost = resolveCost(options);
  const { region, requestsPerMonth, prices, linesPerRequest, bytesPerLine, otlpBytesPerRequest } = cost;
  const metrics = cost.metrics.map(({ id, name, dimensions }): MetricCost => {
    const series = dimensions.reduce((sum, set) => sum + seriesOf(cost, set), 0);
    return { id, name, series, usd: series * prices.usdPerMetric };
  });
  const series = metrics.reduce((sum, metric) => sum + metric.series, 0);
  const metricsUsd = series * prices.usdPerMetric;
  const logBytes = requestsPerMonth * linesPerRequest * (bytesPerLine + bytesOfLineOverhead);
  const logsUsd = (logBytes / bytesOfGb) * prices.usdPerLogGb;
  const bytes = requestsPerMonth * otlpBytesPerRequest;
  const { usdPerOtlpGb } = prices;
  return {
    region,
    requestsPerMonth,
    prices,
    emf: { metrics, series, metricsUsd, logBytes, logsUsd, totalUsd: metricsUsd + logsUsd },
    otlp: usdPerOtlpGb === undefined ? undefined : { bytes, totalUsd: (bytes / bytesOfGb) * usdPerOtlpGb },
  };
}
