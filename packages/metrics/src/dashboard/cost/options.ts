import {
  list,
  number,
  oneOf,
  type Rule,
  readOptions,
  refuse,
  required,
  shape,
  text,
  wholeNumber,
} from "@midguard/kernel/internal";
import { type Catalogue, catalogueOf, type Metric } from "../../catalogue/catalogue.ts";
import { type MetricId, type Preset, presets } from "../../catalogue/metric.ts";
import { type CloudWatchPrices, type PriceSource, pricedRegions, pricesOf } from "./price-table.ts";

/** Options of `monthlyCost()`. */
export interface CostOptions {
  /** `eu-west-1`. Without `prices` it must be one of `pricedRegions`. */
  readonly region: string;
  /** Requests a month. */
  readonly requestsPerMonth: number;
  /** Distinct routes. @default 10 */
  readonly routes?: number | undefined;
  /** Distinct retry policies, circuit breakers and measured calls. @default 0 */
  readonly dependencies?: number | undefined;
  /** The vocabulary of the metrics. @default "application-signals" */
  readonly names?: Preset | undefined;
  /**
   * The metrics, by what they measure: `latency`, `fault`.
   * @default - all that an API may have, without `memoryUsed`, which is an option of `metrics()`
   */
  readonly metrics?: readonly MetricId[] | undefined;
  /** Lines of EMF a request: 1, and one for each dependency that it calls. @default 1 */
  readonly linesPerRequest?: number | undefined;
  /** Bytes of a line. @default - that of a request: 400, in `api-gateway` 450, in `otel` 640 */
  readonly bytesPerLine?: number | undefined;
  /** Bytes that a request exports by OTLP, with its resource; see README.md. @default 800 */
  readonly otlpBytesPerRequest?: number | undefined;
  /** Prices that replace those of the table: for another region, newer ones, or a discount. @default pricesOf(region) */
  readonly prices?: CloudWatchPrices | undefined;
}

/** Options of `monthlyCost()` after checking, with their defaults. */
export interface ResolvedCost {
  readonly region: string;
  readonly requestsPerMonth: number;
  readonly routes: number;
  readonly dependencies: number;
  readonly catalogue: Catalogue;
  readonly metrics: readonly Metric[];
  readonly linesPerRequest: number;
  readonly bytesPerLine: number;
  readonly otlpBytesPerRequest: number;
  readonly prices: CloudWatchPrices;
}

/** Metrics that the function of an API does not have, or only if asked to. */
const seldom: ReadonlySet<MetricId> = new Set(["eventLatency", "batchItemFailures", "memoryUsed"]);

/** Bytes of a request's line, rounded up. */
const bytesOfLine: Readonly<Record<Preset, number>> = {
  "application-signals": 400,
  "api-gateway": 450,
  powertools: 400,
  otel: 640,
};

const usd = number({ max: 1_000 });

const pricesRule: Rule<CloudWatchPrices> = (name, value) =>
  readOptions(name, value, {
    usdPerMetric: required(usd),
    usdPerLogGb: required(usd),
    usdPerOtlpGb: usd,
    source: shape<PriceSource>({ date: text, url: text }),
  });

const owner = "monthlyCost";

function chosen({ byId }: Catalogue, ids: readonly unknown[] | undefined): readonly Metric[] {
  if (ids === undefined) return [...byId.values()].filter(({ id }) => !seldom.has(id));
  const known = oneOf(...byId.keys());
  return [...new Set(ids)].map((id, index) => byId.get(known(`${owner}: metrics[${index}]`, id)) as Metric);
}

/**
 * Checks the options, and fills in the defaults and the prices.
 *
 * @throws TypeError or RangeError naming the option and its value, also if the table has no prices of the region.
 */
export function resolveCost(options: CostOptions): ResolvedCost {
  const resolved = readOptions(
    owner,
    options,
    {
      region: required(text),
      requestsPerMonth: required(number({ max: 1e15 })),
      routes: wholeNumber(),
      dependencies: wholeNumber(),
      names: oneOf(...presets),
      metrics: list<unknown>(),
      linesPerRequest: number({ min: 1, max: 1_000 }),
      bytesPerLine: number({ min: 1, max: 1_048_576 }),
      otlpBytesPerRequest: number({ min: 1, max: 1_048_576 }),
      prices: pricesRule,
    },
    {
      names: "application-signals",
      routes: 10,
      dependencies: 0,
      linesPerRequest: 1,
      otlpBytesPerRequest: 800,
    },
  );
  const prices = resolved.prices ?? pricesOf(resolved.region);
  if (prices === undefined) {
    const wanted = `one of ${pricedRegions.join(", ")}, unless prices are given`;
    return refuse(RangeError, `${owner}: region`, wanted, resolved.region);
  }
  const { names, metrics, bytesPerLine = bytesOfLine[names] } = resolved;
  const catalogue = catalogueOf(names);
  return { ...resolved, catalogue, metrics: chosen(catalogue, metrics), bytesPerLine, prices };
}
