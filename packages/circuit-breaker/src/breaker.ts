import type { Outcome } from "@midguard/kernel";
import { abortSignal, callback, createWarnOnce, readOptions, withoutStack } from "@midguard/kernel/internal";
import type { CircuitBreaker, RunOptions, WrapOptions } from "./circuit-breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { publish } from "./events.ts";
import { type Entry, enter } from "./machine/enter.ts";
import { openTimeMs } from "./machine/open-time.ts";
import { type Call, openingsOf } from "./machine/state.ts";
import type { Step } from "./machine/step.ts";
import { end, expire, isCurrent, isolate, newCircuit, open, reasonToOpen, release } from "./machine/transitions.ts";
import { type BreakerSettings, type CircuitBreakerOptions, settingsOf } from "./options.ts";
import { judge } from "./outcome.ts";
import { countsFor, restoreCircuit, saveCircuit } from "./snapshot.ts";
import { createTimeline } from "./timeline.ts";
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

/**
 * Runs the pure state machine of `machine/` for one circuit: reads the clock, keeps the current state and its counter,
 * publishes the machine's events.
 */
export function startBreaker(settings: BreakerSettings): CircuitBreaker {
  const { name, trip, rules, random, isFailure, snapshot } = settings;
  const { slowCallMs = Infinity } = trip;
  const areDurationsCounted = slowCallMs < Infinity;
  const time = createTimeline(settings.clock, snapshot?.takenAt);
  const warnOnce = createWarnOnce(name);
  let circuit = snapshot === undefined ? newCircuit : restoreCircuit(snapshot, rules);
  // The one mutable part of the state: to copy a window for each call would cost more than the call's guard.
  let counter = trip.start(countsFor(trip.rule, snapshot));

  function take<S extends Step>(step: S): S {
    if (step.circuit.state === "closed" && step.circuit.epoch !== circuit.epoch) counter = trip.start();
    circuit = step.circuit;
    for (const fact of step.facts) publish(name, fact);
    return step;
  }

  function admit(): Entry {
    // A closed circuit admits at any time, so the clock is read only once, at the end, unless durations count.
    if (circuit.state === "closed" && !areDurationsCounted) return take(enter(circuit, 0, rules));
    const now = time.now();
    // Two steps, because a subscriber may isolate the circuit as it half-opens.
    take(expire(circuit, now));
    return take(enter(circuit, now, rules));
  }

  /** Learns from a call that ended. */
  function learn(call: Call, judged: "success" | "failure" | "neutral"): void {
    // Results of calls that started under an earlier state are discarded.
    if (!isCurrent(circuit, call)) return;
    if (judged === "neutral") {
      take(end(circuit, call, judged));
      return;
    }
    const now = time.now();
    const durationMs = areDurationsCounted ? now - call.startedAt : 0;
    const trips = circuit.state === "closed" && counter.record(judged === "failure", durationMs, now);
    const result = judged === "success" && durationMs >= slowCallMs ? "slow" : judged;
    const reason = reasonToOpen(circuit, call, result, trips);
    if (reason === undefined) take(end(circuit, call, result));
    else take(open(circuit, reason, now, openTimeMs(openingsOf(circuit) + 1, rules, random())));
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

  async function run<T, F>(fn: () => T | PromiseLike<T>, options?: RunOptions<F>): Promise<T | F> {
    fnRule("run: fn", fn);
    if (options !== undefined) readOptions("run", options, runRules);
    const signal = options?.signal;
    if (signal?.aborted) throw signal.reason;
    const { call, retryAfterMs } = admit();
    if (call === undefined) return answerRejected(name, retryAfterMs, options?.fallback);
    let outcome: Outcome<T>;
    try {
      outcome = { ok: true, value: await (signal === undefined ? fn() : untilAborted(Promise.resolve(fn()), signal)) };
    } catch (error) {
      outcome = { ok: false, error };
    }
    settle(call, outcome, signal);
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  }

  function wrap<This, Args extends unknown[], T, F>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
    options?: WrapOptions<Args, F>,
  ) {
    return wrapFunction(run, fn, options);
  }

  return {
    run,
    wrap,
    get state() {
      return circuit.state === "open" ? expire(circuit, time.now()).circuit.state : circuit.state;
    },
    async isolate() {
      take(isolate(circuit));
    },
    async release() {
      take(release(circuit));
    },
    toJSON() {
      const now = time.now();
      const shiftMs = time.clockShiftMs();
      const counts = circuit.state === "closed" ? counter.save(shiftMs) : [];
      return saveCircuit(circuit, { rule: trip.rule, counts }, now, shiftMs);
    },
  };
}

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
  return startBreaker(settingsOf(options));
}
