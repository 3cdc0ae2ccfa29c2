import type { Limit } from "../../limits/limit.ts";
import type { Counter } from "./counters/counter.ts";
import { counterOf } from "./counters/counter-of.ts";

/** How a list of limits is counted. */
export interface Plan {
  readonly counters: readonly Counter[];
  /** The largest cost that all limits can hold. */
  readonly most: number;
  /** In how many steps a condition may bracket the previous count of each sliding window. */
  readonly steps: number;
  readonly buckets: readonly Counter[];
}

/** DynamoDB takes 300 operators and functions in a condition, comparisons included. */
const operators = 290;
/** More hardly make a decision exact more often. */
const mostSteps = 16;
/** Of a condition, with the OR that joins it to the next. */
const operatorsOf = { quota: 2, "token-bucket": 6, "sliding-window": 4 };

function stepsFor(limits: readonly Limit[]): number {
  let left = operators;
  let slidingWindows = 0;
  for (const { kind } of limits) {
    if (kind === "sliding-window") slidingWindows += 1;
    else left -= operatorsOf[kind];
  }
  return Math.min(mostSteps, Math.floor(left / (operatorsOf["sliding-window"] * slidingWindows)));
}

function createPlan(limits: readonly Limit[]): Plan {
  const counters = limits.map(counterOf);
  return {
    counters,
    most: Math.min(...limits.map(({ limit }) => limit)),
    steps: stepsFor(limits),
    buckets: counters.filter((_, index) => limits[index]?.kind === "token-bucket"),
  };
}

/** A function that makes the plan of a list of limits, once. It throws a `RangeError` for a strict window. */
export function createPlans(): (limits: readonly Limit[]) => Plan {
  const plans = new WeakMap<readonly Limit[], Plan>();
  return function planOf(limits) {
    let plan = plans.get(limits);
    if (plan === undefined) {
      plan = createPlan(limits);
      plans.set(limits, plan);
    }
    return plan;
  };
}
