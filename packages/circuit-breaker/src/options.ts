import type { Clock, Outcome } from "@midguard/kernel";
import {
  callback,
  now,
  number,
  optionsOf,
  readOptions,
  required,
  shape,
  text,
  wholeNumber,
} from "@midguard/kernel/internal";
import type { CircuitStore } from "./fleet/store.ts";
import { circuitStoreRule } from "./fleet/store-rule.ts";
import type { CircuitRules } from "./machine/state.ts";
import { isFailure } from "./outcome.ts";
import { type CircuitSnapshot, snapshotRule } from "./snapshot.ts";
import { failureRate } from "./trips/failure-rate.ts";
import type { Trip } from "./trips/trip.ts";

/** Options of `createCircuitBreaker`. */
export interface CircuitBreakerOptions {
  /** Names the circuit in events and rejections. One per dependency. */
  readonly name: string;
  /** When the circuit opens. @default failureRate() */
  readonly trip?: Trip | undefined;
  /** How long the first opening lasts, in ms, before a probe is admitted; times 0.75 to 1.25 at random. @default 500 */
  readonly openMs?: number | undefined;
  /**
   * Each failed probe doubles the open time up to this, in ms, times 0.75 to 1.25 at random; but no further than to four times
   * as long as the probe took, so that a dependency that fails at once is asked again soon. Once closed, it starts from
   * `openMs` again. A probe that has not ended after this long gives its permit back.
   *
   * @default 2_000, or `openMs` if that is longer
   */
  readonly maxOpenMs?: number | undefined;
  /** How many calls may probe a half-open circuit at once. @default 1 */
  readonly halfOpenPermits?: number | undefined;
  /**
   * Judges how a call ended. It is not called for rejections by Midguard (an inner breaker's), attempts that were starved of
   * time, and aborts by the caller: those are neither failure nor success. If it throws or returns a promise, the call counts
   * as neither, too, and its result is untouched.
   *
   * @default isFailure
   */
  readonly isFailure?: ((outcome: Outcome) => boolean) | undefined;
  /** The state to start from, by `toJSON()` of an earlier breaker. A state of an unknown version is ignored. */
  readonly initialState?: CircuitSnapshot | undefined;
  /**
   * Shares the circuit's state with all environments: `dynamoDbCircuitStore` or `redisCircuitStore`. It needs the middleware
   * `circuitBreaker`, in whose hooks the store is asked. The fleet can only add an open: the local circuit decides, too.
   *
   * @default undefined: each environment has a state of its own
   */
  readonly store?: CircuitStore | undefined;
  /**
   * The time, in epoch ms. The default is monotonic, so that a jump of the wall clock moves nothing. If a clock given here
   * jumps back, time stands still.
   *
   * @default systemClock
   */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** A number in [0, 1), for the jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of `createCircuitBreakers`: those of each circuit, and how many there may be. */
export interface CircuitBreakersOptions extends Omit<CircuitBreakerOptions, "initialState"> {
  /** How many circuits are kept at most. @default 1_000 */
  readonly maxCircuits?: number | undefined;
}

/** The options, checked and with their defaults. */
export interface BreakerSettings {
  readonly name: string;
  readonly trip: Trip;
  readonly rules: CircuitRules;
  readonly isFailure: (outcome: Outcome) => boolean;
  readonly snapshot: CircuitSnapshot | undefined;
  readonly store: CircuitStore | undefined;
  readonly clock: Pick<Clock, "now">;
  readonly random: () => number;
}

const ms = { min: 1, max: Number.MAX_SAFE_INTEGER };

const rules = {
  name: required(text),
  trip: shape<Trip>(
    { rule: text, slowCallMs: (name, value = Infinity) => number()(name, value), start: callback() },
    "made by failureRate() or consecutiveFailures(), or a Trip",
  ),
  openMs: number(ms),
  maxOpenMs: number(ms),
  halfOpenPermits: wholeNumber({ min: 1 }),
  isFailure: callback<BreakerSettings["isFailure"]>(),
  store: circuitStoreRule,
  clock: shape<Pick<Clock, "now">>({ now: callback() }),
  random: callback<() => number>(),
};

const ofTrip = optionsOf("trip: failureRate()", "threshold", "windowMs", "minimumCalls", "slowCallMs", "slowRate");
const ofMiddleware = optionsOf("circuitBreaker()", "breakers", "exposeNames", "syncMs", "storeTimeoutMs");

function defaults(): Omit<BreakerSettings, "name" | "rules" | "snapshot" | "store"> & {
  openMs: number;
  halfOpenPermits: number;
} {
  return { trip: failureRate(), openMs: 500, halfOpenPermits: 1, isFailure, clock: { now }, random: Math.random };
}

/** The longest open time, which depends on `openMs`. */
function maxOpenMsOf(owner: string, openMs: number, maxOpenMs: number = Math.max(2_000, openMs)): number {
  return number({ ...ms, min: openMs })(`${owner}: maxOpenMs`, maxOpenMs);
}

/** Checks the options of one circuit breaker and fills in the defaults. */
export function settingsOf(options: CircuitBreakerOptions): BreakerSettings {
  const owner = "createCircuitBreaker";
  const hints = { ...ofTrip, ...ofMiddleware, ...optionsOf("createCircuitBreakers()", "maxCircuits") };
  const filled = readOptions(owner, options, { ...rules, initialState: snapshotRule }, defaults(), hints);
  const { openMs, halfOpenPermits, initialState: snapshot, ...settings } = filled;
  const maxOpenMs = maxOpenMsOf(owner, openMs, filled.maxOpenMs);
  return { ...settings, rules: { openMs, maxOpenMs, halfOpenPermits }, snapshot };
}

/** Checks the options of a family and fills in the defaults. The settings are those of each circuit but for its name. */
export function familySettingsOf(options: CircuitBreakersOptions): BreakerSettings & { readonly maxCircuits: number } {
  const owner = "createCircuitBreakers";
  const more = { maxCircuits: wholeNumber({ min: 1 }) };
  const hints = { ...ofTrip, ...ofMiddleware, ...optionsOf("createCircuitBreaker()", "initialState") };
  const filled = readOptions(owner, options, { ...rules, ...more }, { ...defaults(), maxCircuits: 1_000 }, hints);
  const { openMs, halfOpenPermits, ...settings } = filled;
  const maxOpenMs = maxOpenMsOf(owner, openMs, filled.maxOpenMs);
  return { ...settings, rules: { openMs, maxOpenMs, halfOpenPermits }, snapshot: undefined };
}
