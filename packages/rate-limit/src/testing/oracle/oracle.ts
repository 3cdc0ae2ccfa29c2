import type { Limit } from "../../limits/limit.ts";
import { type Decision, type LimitState, tightestOf } from "../../store/decision.ts";
import { type AdmittedTake, type Usage, usageOf } from "./usage.ts";

/** Milliseconds until at most `target` is used if nothing more is taken. Found by search, because use only falls then. */
function waitMs(usage: Usage, now: number, target: number): number {
  if (usage(now) <= target) return 0;
  let late = 1;
  while (usage(now + late) > target) late *= 2;
  let early = Math.floor(late / 2);
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (usage(now + middle) > target) early = middle;
    else late = middle;
  }
  return late;
}

/**
 * What every store must report about `limits` at `now`. Applies the definition of each limit to all takes that were
 * admitted: slow, and obviously right.
 *
 * @example
 * assert.deepEqual(await store.peek({ key, now, limits }, signal), oracleStates(limits, admitted, now));
 *
 * @param admitted - In the order of their time, none after `now`.
 */
export function oracleStates(limits: readonly Limit[], admitted: readonly AdmittedTake[], now: number): LimitState[] {
  return limits.map((limit) => {
    const usage = usageOf(limit, admitted);
    const remaining = Math.max(0, limit.limit - usage(now));
    return { name: limit.name, limit: limit.limit, remaining, resetAfterMs: waitMs(usage, now, 0) };
  });
}

/**
 * What every store must decide about a take. If it is allowed, add it to the list for the next one.
 *
 * @example
 * const { allowed } = oracleDecision([quota(3, "day")], admitted, { at: now, cost: 1 });
 *
 * @param admitted - In the order of their time, none after the take.
 */
export function oracleDecision(
  limits: readonly Limit[],
  admitted: readonly AdmittedTake[],
  take: AdmittedTake,
): Decision {
  const { at, cost } = take;
  const waits = limits.map((limit) => {
    const usage = usageOf(limit, admitted);
    if (usage(at) + cost <= limit.limit) return 0;
    return cost > limit.limit ? Infinity : waitMs(usage, at, limit.limit - cost);
  });
  const retryAfterMs = Math.max(...waits);
  const allowed = retryAfterMs === 0;
  const states = oracleStates(limits, allowed ? [...admitted, take] : admitted, at);
  const { remaining, resetAfterMs } = tightestOf(states) as LimitState;
  const violated = states.filter((_, index) => waits[index] !== 0);
  return { allowed, remaining, resetAfterMs, retryAfterMs, violated, limits: states };
}
