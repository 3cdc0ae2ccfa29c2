import { type Architecture, planWarming, pricedRegions, pricesOf, type WarmingPlan } from "@midguard/warmup/plan";
import { mistake } from "../errors.ts";
import { readPrices } from "./arguments.ts";

/** The arguments of `midguard plan`. */
export interface PlanArguments {
  readonly region: string;
  readonly memory: number;
  readonly concurrency: number;
  readonly architecture: Architecture;
  /** In minutes. */
  readonly every?: number;
  readonly pingMs?: number;
  readonly requests?: number;
  readonly averageMs?: number;
  readonly prices?: string;
}

const exampleOfPrices =
  '{ "usdPerMillionRequests": 0.2, "usdPerGbSecond": 0.0000166667, "provisioned": { "usdPerGbSecond": 0.0000041667, "durationUsdPerGbSecond": 0.0000097222 } }';

function checkRegion({ region, architecture, prices }: PlanArguments): void {
  if (prices !== undefined || pricesOf(region, architecture) !== undefined) return;
  throw mistake(
    `no prices of the region ${region} are in the table, and none is guessed: give them by --prices <file>, a JSON file ` +
      `like ${exampleOfPrices}. The table has ${pricedRegions.join(", ")}`,
  );
}

/** An error of the engine with the argument's name in the place of the option's. */
function mistakeOf({ message }: Error, { prices }: PlanArguments): Error {
  const names: Readonly<Record<string, string>> = {
    memoryMb: "--memory",
    concurrency: "--concurrency",
    everyMinutes: "--every in minutes",
    pingMs: "--ping-ms",
    requestsPerMonth: "--requests",
    averageMs: "--average-ms",
    prices: `--prices ${prices}`,
  };
  return mistake(message.replace(/^planWarming: (\w+)/, (_, option: string) => names[option] ?? option));
}

/**
 * Plans what the arguments ask for.
 *
 * @throws CommandError if the prices of the region are unknown, or if an argument cannot be used.
 */
export function makePlan(args: PlanArguments, cwd: string): WarmingPlan {
  checkRegion(args);
  const { region, architecture, memory, concurrency, every, pingMs, requests, averageMs, prices } = args;
  const given = prices === undefined ? undefined : readPrices(prices, cwd);
  try {
    return planWarming({
      region,
      architecture,
      memoryMb: memory,
      concurrency,
      everyMinutes: every,
      pingMs,
      requestsPerMonth: requests,
      averageMs,
      prices: given,
    });
  } catch (error) {
    throw mistakeOf(error as Error, args);
  }
}
