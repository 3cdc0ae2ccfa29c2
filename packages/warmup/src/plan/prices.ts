import { type PriceSource, priceTable } from "./price-table.ts";

/** Lambda's name of a processor architecture. */
export type Architecture = "arm64" | "x86_64";

/** What provisioned concurrency costs, in USD. */
export interface ProvisionedPrices {
  /** A GB of memory kept initialised for a second, used or not. */
  readonly usdPerGbSecond: number;
  /** A GB-second of requests that run on it; cheaper than on demand. */
  readonly durationUsdPerGbSecond: number;
}

/** What Lambda costs in one region, on one architecture, in USD. */
export interface LambdaPrices {
  readonly usdPerMillionRequests: number;
  /** A GB-second on demand, in its first tier: up to 6 (x86_64) or 7.5 (arm64) billion GB-seconds a month. */
  readonly usdPerGbSecond: number;
  /** Absent if unknown. */
  readonly provisioned?: ProvisionedPrices | undefined;
  /** Where and when they were published. */
  readonly source?: PriceSource | undefined;
}

/** Prices of the table. */
export interface TablePrices extends LambdaPrices {
  readonly source: PriceSource;
}

/** The regions whose prices are in the table, in alphabetical order. */
export const pricedRegions: readonly string[] = Object.keys(priceTable);

/** As AWS writes it: a division could differ in the last bit. */
const usdOf = (microUsd: number): number => Number(`${microUsd}e-6`);

/**
 * Lambda's prices in a region, as AWS published them on `source.date`. `undefined` if the region is not in the table; no price
 * is ever derived from another.
 *
 * @example
 * pricesOf("eu-central-1", "arm64")?.usdPerGbSecond; // 0.0000133334
 */
export function pricesOf(region: string, architecture: Architecture): TablePrices | undefined {
  const row = Object.hasOwn(priceTable, region) ? priceTable[region] : undefined;
  if (row === undefined) return undefined;
  const [usdPerMillionRequests, x86, arm, source] = row;
  const perGbSecond = architecture === "arm64" ? arm : x86;
  const prices = { usdPerMillionRequests, usdPerGbSecond: usdOf(perGbSecond[0]), source };
  if (perGbSecond.length === 1) return prices;
  const [, provisioned, duration] = perGbSecond;
  return { ...prices, provisioned: { usdPerGbSecond: usdOf(provisioned), durationUsdPerGbSecond: usdOf(duration) } };
}
