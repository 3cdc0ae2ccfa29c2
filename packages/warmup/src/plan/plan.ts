import { type BreakEven, breakEvenOf } from "./break-even.ts";
import { type PlanOptions, type ResolvedPlan, resolvePlan } from "./options.ts";
import type { ProvisionedPrices } from "./prices.ts";

/** A month has 30 days here. */
const monthSeconds = 2_592_000;

/** USD a month, by what is billed. */
export interface MonthlyCost {
  /** Pings, or the capacity that is kept initialised. */
  readonly warmUsd: number;
  /** The price per request, of requests that are no pings. */
  readonly requestsUsd: number;
  /** The duration of those requests. */
  readonly durationUsd: number;
  /** All of these. */
  readonly totalUsd: number;
}

/** Environments kept warm by pings; requests run on demand. */
export interface PingCost extends MonthlyCost {
  readonly pingsPerMonth: number;
}

/** Environments kept warm by provisioned concurrency; requests run on it as far as it reaches, and on demand above. */
export interface ProvisionedCost extends MonthlyCost {
  /** Share of the capacity that requests use, from 0 to 1. */
  readonly utilisation: number;
}

/** What keeping a function warm costs, by pings and by provisioned concurrency. */
export interface WarmingPlan extends ResolvedPlan {
  readonly pings: PingCost;
  /** Absent if `prices` has none of provisioned concurrency. */
  readonly provisioned?: ProvisionedCost;
  /** Where one becomes cheaper than the other. Absent with `provisioned`. */
  readonly breakEven?: BreakEven;
}

const gbOf = (memoryMb: number): number => memoryMb / 1_024;

function costOf(warmUsd: number, requestsUsd: number, durationUsd: number): MonthlyCost {
  return { warmUsd, requestsUsd, durationUsd, totalUsd: warmUsd + requestsUsd + durationUsd };
}

function trafficSeconds({ requestsPerMonth, averageMs = 0 }: ResolvedPlan): number {
  return (requestsPerMonth * averageMs) / 1_000;
}

const requestsUsd = (count: number, { prices }: ResolvedPlan): number => (count * prices.usdPerMillionRequests) / 1e6;

function pingCost(plan: ResolvedPlan): PingCost {
  const { memoryMb, concurrency, everyMinutes, pingMs, requestsPerMonth, prices } = plan;
  const gbSecondUsd = gbOf(memoryMb) * prices.usdPerGbSecond;
  const pingsPerMonth = (concurrency * monthSeconds) / 60 / everyMinutes;
  const warmUsd = requestsUsd(pingsPerMonth, plan) + (pingsPerMonth * pingMs * gbSecondUsd) / 1_000;
  const cost = costOf(warmUsd, requestsUsd(requestsPerMonth, plan), trafficSeconds(plan) * gbSecondUsd);
  return { pingsPerMonth, ...cost };
}

function provisionedCost(plan: ResolvedPlan, provisioned: ProvisionedPrices): ProvisionedCost {
  const { memoryMb, concurrency, requestsPerMonth, prices } = plan;
  const gb = gbOf(memoryMb);
  const capacitySeconds = concurrency * monthSeconds;
  const seconds = trafficSeconds(plan);
  const coveredSeconds = Math.min(seconds, capacitySeconds);
  const durationUsd =
    gb * (coveredSeconds * provisioned.durationUsdPerGbSecond + (seconds - coveredSeconds) * prices.usdPerGbSecond);
  const warmUsd = capacitySeconds * gb * provisioned.usdPerGbSecond;
  return {
    utilisation: coveredSeconds / capacitySeconds,
    ...costOf(warmUsd, requestsUsd(requestsPerMonth, plan), durationUsd),
  };
}

/**
 * Computes what it costs a month to keep environments of a function warm: by pings, and by provisioned concurrency.
 *
 * A month has 30 days, and on-demand duration its first tier's price. Not included: the free tier (which provisioned
 * concurrency does not have), the warmer's own invocations and its schedule, and `/tmp` beyond 512 MB.
 *
 * @throws TypeError or RangeError naming the option and its value; also if the price table lacks the region and no `prices`
 * are given.
 *
 * @example
 * const { pings, provisioned } = planWarming({ region: "us-east-1", memoryMb: 1_024, concurrency: 10 });
 * // pings.totalUsd is 0.45 a month, provisioned.totalUsd 108.
 */
export function planWarming(options: PlanOptions): WarmingPlan {
  const plan = resolvePlan(options);
  const pings = pingCost(plan);
  if (plan.prices.provisioned === undefined) return { ...plan, pings };
  const provisioned = provisionedCost(plan, plan.prices.provisioned);
  const breakEven = breakEvenOf({
    pingsUsd: pings.warmUsd,
    capacityUsd: provisioned.warmUsd,
    capacitySeconds: plan.concurrency * monthSeconds,
    gb: gbOf(plan.memoryMb),
    averageMs: plan.averageMs,
    onDemandUsdPerGbSecond: plan.prices.usdPerGbSecond,
    provisioned: plan.prices.provisioned,
  });
  return { ...plan, pings, provisioned, breakEven };
}
