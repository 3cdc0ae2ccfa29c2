import { checkOptions, checkSync, checkType, rejected, signalLike, warn } from "@midguard/kernel/internal";
import { type Circuit, type CircuitState, openingsOf, openTimeMs } from "./circuit.ts";
import { CircuitOpenError } from "./errors.ts";
import { tellMoved, tellOpened, tellRejected } from "./events.ts";
import { type Lease, takeLease } from "./leases.ts";
import { type CircuitBreakerOptions, resolveOptions } from "./options.ts";
import { isAbortOfCaller, isNeutral, type Outcome } from "./outcome.ts";
import { type CircuitSnapshot, restoreCircuit, saveCircuit } from "./snapshot.ts";
import { createTimeline } from "./timeline.ts";
import { untilAborted } from "./until-aborted.ts";

/** Options of one run. */
export interface RunOptions {
  /**
   * The run ends at once with its reason when it aborts, whatever the call makes of it. A reason that is a `TimeoutError`
   * is a failure then, and any other one is the caller's, who left: neither failure nor success.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Guards the calls to one dependency. */
export interface CircuitBreaker {
  /**
   * Runs `fn`, or does not while the circuit is open. The result is that of `fn`, untouched.
   *
   * @throws CircuitOpenError where the circuit did not let the call through; a TypeError for what is no function or option.
   */
  run<T>(fn: () => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  /** The same for what AWS's own types say may give nothing; a callback is not waited for. */
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what AWS's types say.
  run<T>(fn: () => void | PromiseLike<T>, options?: RunOptions): Promise<T>;
  /** `fn`, guarded: a function with the same parameters whose calls go through `run`. Guards a whole handler too. */
  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T>;
  /** The same for a handler of AWS's own types (`APIGatewayProxyHandlerV2` and the like), which may give nothing. */
  wrap<This, Args extends unknown[], T>(
    // biome-ignore lint/suspicious/noConfusingVoidType: it is what AWS's types say.
    fn: (this: This, ...args: Args) => void | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T>;
  /** What the next call would find: an open circuit whose time is over says `half-open`. */
  readonly state: CircuitState;
  /** Holds the circuit open until `release()`, whatever happens. */
  isolate(): void;
  /** Closes an isolated circuit, with an empty window. Any other circuit is left as it is. */
  release(): void;
  /** The state as plain data, for `initialState` of a later breaker: that one goes on as this one would have. */
  toJSON(): CircuitSnapshot;
}

interface Watch {
  onValue<T>(value: T): T;
  onError(error: unknown): PromiseLike<never>;
}

function begin<T>(fn: () => T | PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(fn());
  } catch (error) {
    return Promise.resolve(rejected(error));
  }
}

/**
 * A circuit breaker for one dependency. Make it once, outside the handler: what it has learnt is kept for the life of the
 * execution environment.
 *
 * @example
 * const payments = createCircuitBreaker({ name: "payments" });
 * const charge = (order: Order) => payments.run(() => post(paymentsUrl, order));
 *
 * @throws TypeError | RangeError naming the option and the value, where one is wrong.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const resolved = resolveOptions(options);
  const { name, trip, maxOpenMs, halfOpenPermits, isFailure, snapshot } = resolved;
  const isTimed = trip.slowCallMs < Infinity;
  const time = createTimeline(resolved.clock, snapshot?.takenAt);
  let circuit: Circuit = snapshot === undefined ? closed() : restoreCircuit(snapshot, resolved);
  let untimed = watch();
  let hasWarned = false;

  function closed(): Circuit {
    return { state: "closed", counter: trip.start() };
  }

  function moveTo(next: Circuit): void {
    circuit = next;
    untimed = watch();
  }

  function close(): void {
    moveTo(closed());
    tellMoved(name, "circuit.closed");
  }

  function open(now: number, reason: "tripped" | "probe-failed"): void {
    const openings = openingsOf(circuit) + 1;
    const openMs = openTimeMs(openings, resolved);
    moveTo({ state: "open", openings, until: now + openMs });
    tellOpened(name, openMs, reason);
  }

  /** Learns from a call that entered the circuit when it was `entered`. */
  function learn(entered: Circuit, startedAt: number, outcome: Outcome, signal?: AbortSignal): void {
    if ("error" in outcome && (isNeutral(outcome.error) || isAbortOfCaller(signal))) return;
    const hasFailed = checkSync("isFailure", isFailure(outcome));
    // What began before the circuit last moved is a result of the past. (Asked this late, for isFailure may isolate it.)
    if (entered !== circuit) return;
    if (!hasFailed && !isTimed && entered.state === "closed" && entered.counter.recordUntimed?.()) return;
    const now = time.now();
    const isSlow = isTimed && now - startedAt >= trip.slowCallMs;
    if (entered.state === "closed") {
      if (entered.counter.record(hasFailed, isSlow, now)) open(now, "tripped");
    } else if (hasFailed || isSlow) {
      open(now, "probe-failed");
    } else {
      close();
    }
  }

  /**
   * What is done when a call ends that enters the circuit as it is now. Without lease, start and signal it is the same for all
   * calls until the circuit moves, and made once: a call that makes no closures costs a third less.
   */
  function watch(lease?: Lease, startedAt: number = 0, signal?: AbortSignal): Watch {
    const entered = circuit;
    function settle(outcome: Outcome): void {
      try {
        learn(entered, startedAt, outcome, signal);
      } catch (error) {
        if (!hasWarned) warn(`${name} could not judge a call`, error);
        hasWarned = true;
      }
      if (lease !== undefined && entered.state === "half-open") entered.leases.delete(lease);
    }
    return {
      onValue(value) {
        settle({ value });
        return value;
      },
      onError(error) {
        settle({ error });
        return rejected(error);
      },
    };
  }

  /** Lets a call in, or tells for how long none will be. */
  function enter(signal: AbortSignal | undefined): Watch | number {
    if (circuit.state === "closed" && signal === undefined && !isTimed) return untimed;
    const now = time.now();
    if (circuit.state === "open" && circuit.until <= now) {
      moveTo({ state: "half-open", openings: circuit.openings, leases: new Set() });
      tellMoved(name, "circuit.half_opened");
    }
    if (circuit.state === "closed") return watch(undefined, now, signal);
    if (circuit.state === "open") return circuit.until - now;
    if (circuit.state !== "half-open") return maxOpenMs;
    // A lost probe costs no more than a failed one: its lease is the longest open time.
    const lease = takeLease(circuit.leases, halfOpenPermits, maxOpenMs, now);
    return typeof lease === "number" ? lease : watch(lease, now, signal);
  }

  function run<T>(fn: () => T | PromiseLike<T>, runOptions?: RunOptions): Promise<T> {
    return runOptions === undefined && typeof fn === "function" ? guard(fn) : runWith(fn, runOptions);
  }

  async function runWith<T>(fn: () => T | PromiseLike<T>, runOptions: RunOptions = {}): Promise<T> {
    // Before it is called: no failure of the dependency.
    checkType("fn", fn, "function");
    return guard(fn, checkOptions("run", runOptions, {}, { signal: signalLike }).signal);
  }

  function guard<T>(fn: () => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.resolve(rejected(signal.reason));
    const entry = enter(signal);
    if (typeof entry === "number") {
      tellRejected(name, entry);
      return Promise.resolve(rejected(new CircuitOpenError(name, entry)));
    }
    // Chained, not awaited: an async function would cost a second promise.
    const call = begin(fn);
    return (signal === undefined ? call : untilAborted(call, signal)).then(entry.onValue, entry.onError);
  }

  function wrap<This, Args extends unknown[], T>(fn: (this: This, ...args: Args) => T | PromiseLike<T>) {
    checkType("fn", fn, "function");
    return function guarded(this: This, ...args: Args): Promise<T> {
      return run(() => fn.apply(this, args));
    };
  }

  return {
    run,
    wrap,
    get state() {
      return circuit.state === "open" && circuit.until <= time.now() ? "half-open" : circuit.state;
    },
    isolate() {
      if (circuit.state === "isolated") return;
      moveTo({ state: "isolated" });
      tellMoved(name, "circuit.isolated");
    },
    release() {
      if (circuit.state === "isolated") close();
    },
    toJSON() {
      return saveCircuit(circuit, trip.rule, time.now(), time.clockShiftMs());
    },
  };
}
