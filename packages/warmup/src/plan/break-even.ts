import type { ProvisionedPrices } from "./prices.ts";

/** Where provisioned concurrency becomes cheaper. */
export interface BreakEven {
  /** Price of keeping the environments warm by provisioned concurrency, divided by the price of the pings. */
  readonly pingsCheaperTimes: number;
  /**
   * Share of the time, above 0 and at most 1, that provisioned environments must be busy to be cheaper than on-demand
   * duration without any pings. Absent if they never are.
   */
  readonly utilisation?: number;
  /**
   * Requests a month, of `averageMs`, from which provisioned concurrency is cheaper than pings and on-demand duration. 0 if it
   * always is. Absent if it never is, and without `averageMs`.
   */
  readonly requestsPerMonth?: number;
}

interface Facts {
  readonly pingsUsd: number;
  readonly capacityUsd: number;
  readonly capacitySeconds: number;
  readonly gb: number;
  readonly averageMs: number | undefined;
  readonly onDemandUsdPerGbSecond: number;
  readonly provisioned: ProvisionedPrices;
}

/** Compares the prices of two ways to keep the same environments warm. */
export function breakEvenOf(facts: Facts): BreakEven {
  const { pingsUsd, capacityUsd, capacitySeconds, gb, averageMs, onDemandUsdPerGbSecond, provisioned } = facts;
  const savedUsdPerGbSecond = onDemandUsdPerGbSecond - provisioned.durationUsdPerGbSecond;
  // Not at all if nothing is saved: then the quotient is negative, infinite or NaN.
  const secondsFor = (usd: number): number | undefined => {
    const seconds = usd / (gb * savedUsdPerGbSecond);
    return seconds >= 0 && seconds <= capacitySeconds ? seconds : undefined;
  };
  const busySeconds = secondsFor(capacityUsd);
  const requestSeconds = pingsUsd >= capacityUsd ? 0 : secondsFor(capacityUsd - pingsUsd);
  return {
    pingsCheaperTimes: capacityUsd / pingsUsd,
    ...(busySeconds !== undefined && { utilisation: busySeconds / capacitySeconds }),
    ...(requestSeconds !== undefined &&
      averageMs !== undefined && { requestsPerMonth: (requestSeconds * 1_000) / averageMs }),
  };
}
