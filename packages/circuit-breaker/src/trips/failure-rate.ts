import { checkInteger, checkNumber, checkOptions } from "@midguard/kernel/internal";
import type { Trip } from "./trip.ts";
import { createWindow } from "./window.ts";

/** When {@link failureRate} opens the circuit. */
export interface FailureRateOptions {
  /** Share of failed calls in the window that opens the circuit, above 0 and up to 1. @default 0.7 */
  readonly threshold?: number | undefined;
  /** How long a call counts, in ms. @default 30_000 */
  readonly windowMs?: number | undefined;
  /**
   * Fewer calls in the window say nothing. An environment of Lambda serves one request at a time, so a dependency that
   * hangs gives it few calls to count: a high minimum would never be reached. @default 5
   */
  readonly minimumCalls?: number | undefined;
  /** A call that takes at least this long, in ms, is slow. @default undefined: no call is slow */
  readonly slowCallMs?: number | undefined;
  /** Share of slow calls that opens the circuit, above 0 and up to 1; needs `slowCallMs`. @default threshold */
  readonly slowRate?: number | undefined;
}

function checkShare(option: string, value: unknown): void {
  if (checkNumber(option, value, 0, 1) === 0) throw new RangeError(`${option} must be above 0, got 0`);
}

/**
 * Opens when enough of the calls in the last `windowMs` failed, or were slow. Only a call that failed or was slow opens
 * the circuit, never a good one. The defaults were found by simulating fleets of environments that serve one request at a
 * time: they hold still at 30 % of random errors and trip on overloads, hangs and outages.
 *
 * @example
 * createCircuitBreaker({
 *   name: "search",
 *   trip: failureRate({ threshold: 0.5, minimumCalls: 10, slowCallMs: 800, slowRate: 0.9 }),
 * });
 *
 * @throws TypeError | RangeError naming the option and the value, where one is wrong.
 */
export function failureRate(options: FailureRateOptions = {}): Trip {
  const { threshold, windowMs, minimumCalls, slowCallMs, slowRate } = checkOptions(
    "failureRate",
    options,
    { threshold: 0.7, windowMs: 30_000, minimumCalls: 5 },
    { slowCallMs: 1, slowRate: 1 },
  );
  checkShare("threshold", threshold);
  checkNumber("windowMs", windowMs, 1, Number.MAX_SAFE_INTEGER);
  checkInteger("minimumCalls", minimumCalls, 1);
  if (slowCallMs !== undefined) checkNumber("slowCallMs", slowCallMs, 1, Number.MAX_SAFE_INTEGER);
  if (slowRate !== undefined) {
    checkShare("slowRate", slowRate);
    if (slowCallMs === undefined) throw new TypeError(`slowRate (${slowRate}) needs slowCallMs, got undefined`);
  }
  const slowThreshold = slowRate ?? threshold;
  return {
    rule: `failure-rate/${windowMs}/${slowCallMs}`,
    start(saved) {
      const { count, countUntimed, total, save } = createWindow(windowMs, saved);
      return {
        record(failed, slow, now) {
          count(failed, slow, now);
          if (!failed && !slow) return false;
          const { calls, failures, slow: slowCalls, uncertain } = total(now);
          return (
            calls - uncertain >= minimumCalls && (failures / calls >= threshold || slowCalls / calls >= slowThreshold)
          );
        },
        recordUntimed: countUntimed,
        save,
      };
    },
    slowCallMs: slowCallMs ?? Infinity,
  };
}
