import { callback, readOptions } from "@midguard/kernel/internal";
import type { CircuitBreaker, WrapOptions } from "./circuit-breaker.ts";
import type { CircuitOpenError } from "./errors.ts";

const fnRule = callback();
const rules = { fallback: callback() };

/** `wrap` of a circuit breaker, by means of its `run`. */
export function wrapFunction<This, Args extends unknown[], T, F>(
  run: CircuitBreaker["run"],
  fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  options: WrapOptions<Args, F> = {},
): (this: This, ...args: Args) => Promise<T | F> {
  fnRule("wrap: fn", fn);
  readOptions("wrap", options, rules);
  const { fallback } = options;
  return function guarded(this: This, ...args: Args): Promise<T | F> {
    const call = () => fn.apply(this, args);
    return run(call, fallback && { fallback: (rejection: CircuitOpenError) => fallback(rejection, ...args) });
  };
}
