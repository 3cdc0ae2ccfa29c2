import { abortSignal, callback, createMadeOnce, readOptions, withoutStack } from "@midguard/kernel/internal";
import type { CircuitBreaker, RunOptions, WrapOptions } from "./circuit-breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { participants } from "./fleet/participant.ts";
import { guard } from "./guard.ts";
import { LiveCircuit } from "./live-circuit.ts";
import { type BreakerSettings, type CircuitBreakerOptions, settingsOf } from "./options.ts";
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

/** Starts a breaker: the calls, and the controls, of one circuit. */
export function startBreaker(settings: BreakerSettings): CircuitBreaker {
  const { name } = settings;
  const circuit = new LiveCircuit(settings);
  const { fleet } = circuit;

  function run<T, F>(fn: () => T | PromiseLike<T>, options?: RunOptions<F>): Promise<T | F> {
    try {
      fnRule("run: fn", fn);
      if (options !== undefined) readOptions("run", options, runRules);
      if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
      const { call, retryAfterMs } = circuit.admit();
      if (call !== undefined) return guard(call, fn, options?.signal, circuit);
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

  const breaker: CircuitBreaker = {
    name,
    run,
    wrap,
    get state() {
      return circuit.stateNow();
    },
    async isolate() {
      circuit.isolate();
      await fleet?.control.isolate(name);
    },
    async release() {
      circuit.release();
      await fleet?.control.release(name);
    },
    toJSON: () => circuit.save(),
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
