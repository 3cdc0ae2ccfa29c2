import { number, oneOf, type Rule, readOptions, required, shape, text, wholeNumber } from "@midguard/kernel/internal";
import type { PriceSource } from "./price-table.ts";
import { type Architecture, type LambdaPrices, type ProvisionedPrices, pricedRegions, pricesOf } from "./prices.ts";

/** Options of `planWarming()`. */
export interface PlanOptions {
  /** `eu-central-1`. Without `prices` it must be one of `pricedRegions`. */
  readonly region: string;
  /** @default "x86_64", which is Lambda's own default */
  readonly architecture?: Architecture | undefined;
  /** Memory of the function, in MB, from 128 to 10,240. */
  readonly memoryMb: number;
  /** How many environments are kept warm. */
  readonly concurrency: number;
  /** Minutes between two rounds of pings, at least 1. @default 5 */
  readonly everyMinutes?: number | undefined;
  /** Billed duration of one ping, in ms, with `prime` and the hold. @default 300 */
  readonly pingMs?: number | undefined;
  /** Requests that the function serves a month, without pings. @default 0 */
  readonly requestsPerMonth?: number | undefined;
  /** Mean billed duration of a request, in ms; required if there are requests. @default none */
  readonly averageMs?: number | undefined;
  /** Prices that replace those of the table: for another region, newer ones, or a discount. @default pricesOf(region, architecture) */
  readonly prices?: LambdaPrices | undefined;
}

/** Options after checking, with their defaults filled in. */
export interface ResolvedPlan {
  readonly region: string;
  readonly architecture: Architecture;
  readonly memoryMb: number;
  readonly concurrency: number;
  readonly everyMinutes: number;
  readonly pingMs: number;
  readonly requestsPerMonth: number;
  readonly averageMs: number | undefined;
  readonly prices: LambdaPrices;
}

const usd = number({ max: 1_000 });

const provisionedPrices: Rule<ProvisionedPrices> = (name, value) =>
  readOptions(name, value, { usdPerGbSecond: required(usd), durationUsdPerGbSecond: required(usd) });

const lambdaPrices: Rule<LambdaPrices> = (name, value) =>
  readOptions(name, value, {
    usdPerMillionRequests: required(usd),
    usdPerGbSecond: required(usd),
    provisioned: provisionedPrices,
    source: shape<PriceSource>({ date: text, url: text }),
  });

const monthMinutes = 43_200;
const longestInvocationMs = 900_000;

/**
 * Checks the options, and fills in the defaults and the prices.
 *
 * @throws TypeError or RangeError naming the option and its value, also if the table has no prices of the region.
 */
export function resolvePlan(options: PlanOptions): ResolvedPlan {
  const owner = "planWarming";
  const plan = readOptions(
    owner,
    options,
    {
      region: required(text),
      architecture: oneOf("arm64", "x86_64"),
      memoryMb: required(wholeNumber({ min: 128, max: 10_240 })),
      concurrency: required(wholeNumber({ min: 1 })),
      everyMinutes: number({ min: 1, max: monthMinutes }),
      pingMs: number({ min: 1, max: longestInvocationMs }),
      requestsPerMonth: number({ max: 1e15 }),
      averageMs: number({ min: 1, max: longestInvocationMs }),
      prices: lambdaPrices,
    },
    { architecture: "x86_64", everyMinutes: 5, pingMs: 300, requestsPerMonth: 0 },
  );
  const { region, architecture, requestsPerMonth, averageMs } = plan;
  if (requestsPerMonth > 0 && averageMs === undefined) {
    throw new TypeError(`${owner}: averageMs must be given if there are requests`);
  }
  const prices = plan.prices ?? pricesOf(region, architecture);
  if (prices === undefined) {
    throw new RangeError(
      `${owner}: region must be one of ${pricedRegions.join(", ")}, unless prices are given, got ${JSON.stringify(region)}`,
    );
  }
  return { ...plan, prices };
}
