import type { Clock } from "@midguard/kernel";
import { checkInteger, checkNumber, checkOptions, checkType, now } from "@midguard/kernel/internal";
import { isFailure, type Outcome } from "./outcome.ts";
import { type CircuitSnapshot, checkSnapshot } from "./snapshot.ts";
import { failureRate } from "./trips/failure-rate.ts";
import type { Trip } from "./trips/trip.ts";

/** Options of `createCircuitBreaker`. */
export interface CircuitBreakerOptions {
  /** Names the circuit in events and rejections; an API's client reads it in the answer. One per dependency. */
  readonly name: string;
  /** When the circuit opens. @default failureRate() */
  readonly trip?: Trip | undefined;
  /** How long the first opening lasts, in ms, before a probe is let through; times 0.75 to 1.25 at random. @default 500 */
  readonly openMs?: number | undefined;
  /**
   * Each failed probe doubles the open time up to this, in ms, times 0.75 to 1.25 at random. Once closed, it starts from
   * `openMs` again. A probe that has not ended after this long gives its permit back.
   *
   * @default 2_000, or `openMs` where that is longer
   */
  readonly maxOpenMs?: number | undefined;
  /** How many calls may probe a half-open circuit at once. @default 1 */
  readonly halfOpenPermits?: number | undefined;
  /**
   * Judges how a call ended. Not asked about rejections of Midguard's own (an inner breaker's), attempts that were starved
   * of time, and aborts by the caller: those are neither failure nor success. Where it throws, or gives a promise, the call
   * counts as neither too, and its result is untouched.
   *
   * @default isFailure
   */
  readonly isFailure?: ((outcome: Outcome) => boolean) | undefined;
  /** Where to go on, from `toJSON()` of an earlier breaker. Of an unknown version: as if it were not given. */
  readonly initialState?: CircuitSnapshot | undefined;
  /**
   * Tells the time, in epoch ms. The default is counted from the monotonic clock, so that a jump of the wall clock moves
   * nothing. Where a clock given here jumps back, it is taken to have stood still.
   *
   * @default systemClock
   */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** A number in [0, 1), for the jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** The options with their defaults, checked. */
export interface ResolvedOptions {
  readonly name: string;
  readonly trip: Trip;
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly halfOpenPermits: number;
  readonly isFailure: (outcome: Outcome) => boolean;
  readonly snapshot: CircuitSnapshot | undefined;
  readonly clock: Pick<Clock, "now">;
  readonly random: () => number;
}

/** Checks the options and fills in the defaults. */
export function resolveOptions(options: CircuitBreakerOptions): ResolvedOptions {
  const filled = checkOptions(
    "createCircuitBreaker",
    options,
    { trip: failureRate(), openMs: 500, halfOpenPermits: 1, isFailure, clock: { now }, random: Math.random },
    { name: "", maxOpenMs: 1, initialState: {} as CircuitSnapshot },
  );
  const { name, trip, openMs, maxOpenMs = Math.max(2_000, openMs), initialState } = filled;
  checkNumber("trip.slowCallMs", trip.slowCallMs, 0);
  checkNumber("openMs", openMs, 1, Number.MAX_SAFE_INTEGER);
  checkInteger("halfOpenPermits", filled.halfOpenPermits, 1);
  return {
    ...filled,
    name: checkType("name", name as string, "string"),
    maxOpenMs: checkNumber("maxOpenMs", maxOpenMs, openMs, Number.MAX_SAFE_INTEGER),
    snapshot: initialState === undefined ? undefined : checkSnapshot(initialState),
  };
}
