import type { Outcome } from "@midguard/kernel";
import {
  abortSignal,
  callback,
  createMadeOnce,
  createWarnOnce,
  readOptions,
  syncResult,
  withoutStack,
} from "@midguard/kernel/internal";
import type { CircuitBreaker, RunOptions, WrapOptions } from "./circuit-breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { publish } from "./events.ts";
import { joinFleet } from "./fleet/join.ts";
import { participants } from "./fleet/participant.ts";
import { type Entry, enter } from "./machine/enter.ts";
import { openTimeMs } from "./machine/open-time.ts";
import { type Call, type Circuit, type CircuitState, openingsOf } from "./machine/state.ts";
import type { Step } from "./machine/step.ts";
import { end, expire, isCurrent, isolate, newCircuit, open, reasonToOpen, release } from "./machine/transitions.ts";
import { type BreakerSettings, type CircuitBreakerOptions, settingsOf } from "./options.ts";
import { judge } from "./outcome.ts";
import { countsFor, restoreCircuit, saveCircuit } from "./snapshot.ts";
import { createTimeline } from "./timeline.ts";
import type { TripCounter } from "./trips/trip.ts";
import { untilAborted } from "./until-aborted.ts";
import { wrapFunction } from "./wrap.ts";

const fnRule = callback();
const runRules = { signal: abortSignal, fallback: callback() };

/** Throws the rejection of a call, unless a fallback answers it. */
function answerRejected<F>(
  name: string,
  retryAfterMs: number,
  fallback: RunOptions<F>["fallback"],
): F | PromiseLike<F> {
  const rejection = withoutStack(() => new CircuitOpenError(name, retryAfterMs));
  if (fallback === undefined) throw rejection;
  return fallback(rejection);
}

/** How long the circuit opens because of a call that ended at `now`. */
function openMsAfter(call: Call, circuit: Circuit, now: number, { rules, random }: BreakerSettings): number {
  const probeMs = circuit.state === "half-open" ? now - call.startedAt : 0;
  return openTimeMs(openingsOf(circuit) + 1, rules, probeMs, syncResult("random", random()));
}

/** Learns from the end of a call. */
type Settle = (call: Call, outcome: Outcome, signal: AbortSignal | undefined) => void;

/** Makes an admitted call, and settles it. Chained, because an async function takes longer. */
function guard<T>(
  call: Call,
  fn: () => T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  settle: Settle,
): Promise<T> {
  let result: Promise<T>;
  try {
    result = Promise.resolve(fn());
  } catch (error) {
    result = Promise.reject(error);
  }
  return (signal === undefined ? result : untilAborted(result, signal)).then(
    (value) => {
      settle(call, { ok: true, value }, signal);
      return value;
    },
    (error) => {
      settle(call, { ok: false, error }, signal);
      throw error;
    },
  );
}

/**
 * Runs the pure state machine of `machine/` for one circuit: reads the clock, keeps the current state and its counter, and
 * publishes the events of each step.
 */
export function startBreaker(settings: BreakerSettings): CircuitBreaker {
  const { name, trip, rules, isFailure, snapshot } = settings;
  const { slowCallMs = Infinity } = trip;
  const areDurationsCounted = slowCallMs < Infinity;
  const time = createTimeline(settings.clock, snapshot?.takenAt);
  const warnOnce = createWarnOnce(name);
  let circuit = snapshot === undefined ? newCircuit : restoreCircuit(snapshot, rules);
  // Changed in place, because a copy of the window for each call takes longer than the rest of the guard.
  let counter = startCounter(countsFor(trip.rule, snapshot));

  function startCounter(saved?: readonly number[]): TripCounter {
    return syncResult("trip.start", trip.start(saved));
  }

  function take<S extends Step>(step: S): S {
    if (step.circuit.state === "closed" && step.circuit.epoch !== circuit.epoch) counter = startCounter();
    circuit = step.circuit;
    for (const fact of step.facts) publish(name, fact);
    return step;
  }

  const fleet = joinFleet(settings, {
    now: time.now,
    canAdmit: () => enter(expire(circuit, time.now()).circuit, time.now(), rules).call !== undefined,
    isolate: () => void take(isolate(circuit)),
    release: () => void take(release(circuit)),
  });

  function admit(): Entry {
    // A closed circuit admits at any time, so the clock is read only once, at the end, unless durations count.
    if (circuit.state === "closed" && !areDurationsCounted && fleet === undefined) {
      return take(enter(circuit, 0, rules));
    }
    const now = time.now();
    // Two steps, because a subscriber may isolate the circuit as it half-opens.
    take(expire(circuit, now));
    const entry = take(enter(circuit, now, rules, fleet?.member.view(now)));
    if (entry.call !== undefined) fleet?.member.admitted(entry.call);
    return entry;
  }

  /** Learns from a call that ended. */
  function learn(call: Call, judged: "success" | "failure" | "neutral"): void {
    if (fleet !== undefined) {
      const isSlow = judged === "success" && areDurationsCounted && time.now() - call.startedAt >= slowCallMs;
      fleet.member.ended(call, isSlow ? "slow" : judged);
    }
    // Results of calls that started under an earlier state are discarded.
    if (!isCurrent(circuit, call)) return;
    if (judged === "neutral") {
      take(end(circuit, call, judged));
      return;
    }
    const now = time.now();
    const durationMs = areDurationsCounted ? now - call.startedAt : 0;
    const hasFailed = judged === "failure";
    const trips = circuit.state === "closed" && syncResult("trip.record", counter.record(hasFailed, durationMs, now));
    const result = judged === "success" && durationMs >= slowCallMs ? "slow" : judged;
    const reason = reasonToOpen(circuit, call, result, trips);
    if (reason === undefined) take(end(circuit, call, result));
    else take(open(circuit, reason, now, openMsAfter(call, circuit, now, settings)));
  }

  function settle(call: Call, outcome: Outcome, signal: AbortSignal | undefined): void {
    try {
      learn(call, judge(outcome, isFailure, signal));
    } catch (error) {
      // The user's own functions may throw, which must not change the result of the call.
      warnOnce("call", "a call could not be judged", error);
      learn(call, "neutral");
    }
  }

  function run<T, F>(fn: () => T | PromiseLike<T>, options?: RunOptions<F>): Promise<T | F> {
    try {
      fnRule("run: fn", fn);
      if (options !== undefined) readOptions("run", options, runRules);
      if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
      const { call, retryAfterMs } = admit();
      if (call !== undefined) return guard(call, fn, options?.signal, settle);
      return Promise.resolve(answerRejected(name, retryAfterMs, options?.fallback));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function wrap<This, Args extends unknown[], T, F>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
    options?: WrapOptions<Args, F>,
  ) {
    return wrapFunction(run, fn, options);
  }

  function stateAt(now: number): CircuitState {
    const { state } = expire(circuit, now).circuit;
    return state === "closed" || state === "half-open" ? (fleet?.member.stateAt(now) ?? state) : state;
  }

  const breaker: CircuitBreaker = {
    name,
    run,
    wrap,
    get state() {
      return stateAt(time.now());
    },
    async isolate() {
      take(isolate(circuit));
      await fleet?.control.isolate(name);
    },
    async release() {
      take(release(circuit));
      await fleet?.control.release(name);
    },
    toJSON() {
      const now = time.now();
      const shiftMs = time.clockShiftMs();
      const counts = circuit.state === "closed" ? syncResult("trip.save", counter.save(shiftMs)) : [];
      return saveCircuit(circuit, { rule: trip.rule, counts }, now, shiftMs);
    },
  };
  if (fleet !== undefined) participants.set(breaker, { members: () => [fleet.member] });
  return breaker;
}

const checkMadeOnce = createMadeOnce("createCircuitBreaker");

/**
 * Makes a circuit breaker for one dependency. Make it once, outside the handler: its state lives as long as the execution
 * environment.
 *
 * @example
 * const payments = createCircuitBreaker({ name: "payments" });
 * const charge = (order: Order) => payments.run(() => post(paymentsUrl, order));
 *
 * @throws TypeError or RangeError naming the option and the value if one is wrong.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const settings = settingsOf(options);
  checkMadeOnce(settings.name);
  return startBreaker(settings);
}
