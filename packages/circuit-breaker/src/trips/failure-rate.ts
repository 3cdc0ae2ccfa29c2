import { number, readOptions, share, wholeNumber } from "@midguard/kernel/internal";
import type { Trip, TripCounter } from "./trip.ts";
import { createWindow } from "./window.ts";

/** When {@link failureRate} opens the circuit. */
export interface FailureRateOptions {
  /**
   * Share of failed calls in the window that opens the circuit, above 0 and up to 1. After 100 good calls, 234 failures in the
   * same instant are needed: for batches, `consecutiveFailures` opens sooner.
   *
   * @default 0.7
   */
  readonly threshold?: number | undefined;
  /** How long a call counts, in ms. It is forgotten up to a tenth of this early, never late. @default 30_000 */
  readonly windowMs?: number | undefined;
  /**
   * With fewer calls in the window the circuit stays closed. A Lambda environment usually serves one request at a time, so
   * a dependency that hangs leaves few calls to count: a high minimum would never be reached. One failing call every 8 s never
   * reaches the default either: with so few, use a longer window and 2 or 3.
   *
   * @default 5
   */
  readonly minimumCalls?: number | undefined;
  /** A call that takes at least this long, in ms, is slow. @default undefined: no call is slow */
  readonly slowCallMs?: number | undefined;
  /** Share of slow calls that opens the circuit, above 0 and up to 1; needs `slowCallMs`. @default threshold */
  readonly slowRate?: number | undefined;
}

interface Settings {
  readonly threshold: number;
  readonly windowMs: number;
  readonly minimumCalls: number;
  readonly slowCallMs: number;
  readonly slowRate: number;
}

/**
 * After this many times `minimumCalls` bad calls in a row that span this share of the window, the calls before them no longer
 * matter. With fewer calls random errors look like that; with a shorter span a short burst of them does.
 */
const [hopelessCalls, hopelessShare] = [2, 1 / 15];

function createCounter(settings: Settings, [badCalls = 0, badSince = 0, ...saved]: readonly number[]): TripCounter {
  const { threshold, windowMs, minimumCalls, slowCallMs, slowRate } = settings;
  const window = createWindow(windowMs, saved);
  /** Calls in a row that failed or were slow, and when the first of them ended. */
  const bad = { calls: badCalls, since: badSince };

  function isHopeless(now: number): boolean {
    const ms = now - bad.since;
    return bad.calls >= minimumCalls * hopelessCalls && ms >= windowMs * hopelessShare && ms < windowMs;
  }

  function isOverRate(now: number): boolean {
    const { calls, failures, slow } = window.total(now);
    return calls >= minimumCalls && (failures / calls >= threshold || slow / calls >= slowRate);
  }

  return {
    record(hasFailed, durationMs, now) {
      const isSlow = durationMs >= slowCallMs;
      window.count(hasFailed, isSlow, now);
      if (!hasFailed && !isSlow) {
        bad.calls = 0;
        return false;
      }
      if (bad.calls === 0) bad.since = now;
      bad.calls += 1;
      return isHopeless(now) || isOverRate(now);
    },
    save: (shiftMs) => [bad.calls, bad.calls === 0 ? 0 : bad.since + shiftMs, ...window.save(shiftMs)],
  };
}

const ms = number({ min: 1, max: Number.MAX_SAFE_INTEGER });

/**
 * Opens when enough of the calls in the last `windowMs` failed or were slow; or after 2 x `minimumCalls` such calls in a row
 * that span at least `windowMs` / 15 (2 s by default), because the good calls before an outage would keep the circuit of a
 * busy environment closed for most of the window. A good call never opens the circuit.
 *
 * The defaults were found by simulating fleets of environments, most of which serve one request at a time: they stay closed
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
 * @throws TypeError or RangeError naming the option and the value if one is wrong.
 */
export function failureRate(options: FailureRateOptions = {}): Trip {
  const filled = readOptions(
    "failureRate",
    options,
    {
      threshold: share,
      windowMs: ms,
      minimumCalls: wholeNumber({ min: 1 }),
      slowCallMs: ms,
      slowRate: share,
    },
    { threshold: 0.7, windowMs: 30_000, minimumCalls: 5 },
  );
  const { threshold, windowMs, slowCallMs, slowRate = threshold } = filled;
  if (filled.slowRate !== undefined && slowCallMs === undefined) {
    throw new TypeError(`failureRate: slowRate (${slowRate}) needs slowCallMs, got undefined`);
  }
  const settings: Settings = { ...filled, slowCallMs: slowCallMs ?? Infinity, slowRate };
  return {
    rule: `failure-rate/run/${windowMs}/${slowCallMs}`,
    slowCallMs,
    start: (saved = []) => createCounter(settings, saved),
  };
}
