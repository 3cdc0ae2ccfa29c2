import type { LimitState } from "../../store/decision.ts";
import type { Findings } from "../../store/receipt.ts";
import type { Item } from "./item.ts";
import type { Plan } from "./plan.ts";

/** The findings about a take, without its receipt. */
export type Found = Pick<Findings, "limits" | "violated" | "retryAfterMs">;

/** A key that DynamoDB throttles, or that too many write to at once, is over its limit for this long. */
const busyMs = 1_000;

/** What is left of each limit. */
export function statesOf({ counters }: Plan, item: Item, now: number): LimitState[] {
  return counters.map(({ name, limit, count }) => {
    const { used, waitMs } = count(item, now);
    return { name, limit, remaining: Math.max(0, limit - used), resetAfterMs: waitMs(0) };
  });
}

/** The findings if nothing of `cost` was counted: `retryAfterMs` is 0 if all limits have room. */
export function findRoom(
  plan: Plan,
  item: Item,
  { cost, now }: { readonly cost: number; readonly now: number },
): Found {
  const limits = statesOf(plan, item, now);
  const violated: LimitState[] = [];
  let retryAfterMs = 0;
  for (const [index, { limit, count }] of plan.counters.entries()) {
    const { used, waitMs } = count(item, now);
    if (used + cost <= limit) continue;
    violated.push(limits[index] as LimitState);
    retryAfterMs = Math.max(retryAfterMs, cost > limit ? Infinity : waitMs(limit - cost));
  }
  return { limits, violated, retryAfterMs };
}

/** The findings about a key whose counts cannot be known for now: nothing is left. */
export function findBusy({ counters }: Plan): Found {
  const limits = counters.map(({ name, limit }) => ({ name, limit, remaining: 0, resetAfterMs: busyMs }));
  return { limits, violated: limits, retryAfterMs: busyMs };
}
