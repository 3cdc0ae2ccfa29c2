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

/** Calls in a row that failed or were slow, and when the first of them ended. */
interface Run {
  calls: number;
  since: number;
}

/**
 * Where none was good of twice `minimumCalls`, for a fifteenth of the window, it need not be asked what came before. With
 * fewer calls random errors look like that, and sooner a short burst of them does, if no pause follows it.
 */
const [hopelessCalls, hopelessShare] = [2, 1 / 15];

/**
 * Opens when enough of the calls in the last `windowMs` failed, or were slow; or when none was good of twice
 * `minimumCalls`, for a fifteenth of that time: else the good calls from before an outage would keep the circuit of a busy
 * environment closed for most of the window. Only a call that failed or was slow opens the circuit, never a good one.
 *
 * The defaults were found by simulating fleets of environments, most of which serve one request at a time: they hold still
 * at 30 % of random errors and trip on overloads, hangs and outages.
 *
 * @see https://sre.google/workbook/alerting-on-slos/ for two windows, a long one and a short one.
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
    rule: `failure-rate/run/${windowMs}/${slowCallMs}`,
    start([calls = 0, since = 0, ...counts] = []) {
      const { count, countUntimed, total, save } = createWindow(windowMs, counts);
      const run: Run = { calls, since };
      function isHopeless(now: number): boolean {
        const ms = now - run.since;
        return run.calls >= minimumCalls * hopelessCalls && ms >= windowMs * hopelessShare && ms < windowMs;
      }
      return {
        record(failed, slow, now) {
          count(failed, slow, now);
          if (!failed && !slow) {
            run.calls = 0;
            return false;
          }
          if (run.calls === 0) run.since = now;
          run.calls += 1;
          if (isHopeless(now)) return true;
          const { calls, failures, slow: slowCalls, uncertain } = total(now);
          return (
            calls - uncertain >= minimumCalls && (failures / calls >= threshold || slowCalls / calls >= slowThreshold)
          );
        },
        recordUntimed() {
          run.calls = 0;
          return countUntimed();
        },
        save: (shiftMs) => [run.calls, run.calls === 0 ? 0 : run.since + shiftMs, ...save(shiftMs)],
      };
    },
    slowCallMs: slowCallMs ?? Infinity,
  };
}
