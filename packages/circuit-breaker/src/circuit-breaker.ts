import type { CircuitOpenError } from "./errors.ts";
import type { CircuitState } from "./machine/state.ts";
import type { CircuitSnapshot } from "./snapshot.ts";

/** Options of one run. */
export interface RunOptions<F = never> {
  /**
   * When it aborts, the run ends at once with its reason, even if the call ignores it. A reason that is a `TimeoutError`
   * is a failure; with any other the caller has left, which is neither failure nor success.
   */
  readonly signal?: AbortSignal | undefined;
  /** Answers in place of a call that the circuit rejected. Not called if the call fails. Its own errors come out unchanged. */
  readonly fallback?: ((rejection: CircuitOpenError) => F | PromiseLike<F>) | undefined;
}

/** Options of `wrap`. */
export interface WrapOptions<Args extends unknown[], F = never> {
  /** Answers in place of a call that the circuit rejected; gets that call's arguments. Not called if the call fails. */
  readonly fallback?: ((rejection: CircuitOpenError, ...args: Args) => F | PromiseLike<F>) | undefined;
}

/** Guards the calls to one dependency. */
export interface CircuitBreaker {
  /** Its name, also in its events and rejections. */
  readonly name: string;
  /**
   * Calls `fn`, unless the circuit rejects the call. The result is that of `fn`, untouched.
   *
   * @throws CircuitOpenError if the circuit rejected the call and there is no `fallback`.
   * @throws TypeError if `fn` is not a function or an option is wrong.
   *
   * @example
   * const price = await prices.run(() => fetchPrice(id), { fallback: () => lastPrice(id) });
   */
  run<T, F = never>(fn: () => T | PromiseLike<T>, options?: RunOptions<F>): Promise<T | F>;
  /** The same for functions that may return nothing by AWS's own types. Callbacks are not awaited. */
  // biome-ignore lint/suspicious/noConfusingVoidType: AWS's types say it.
  run<T, F = never>(fn: () => void | PromiseLike<T>, options?: RunOptions<F>): Promise<T | F>;
  /**
   * Guards a function, or a whole handler: makes a function with the same parameters whose calls go through `run`.
   *
   * @throws TypeError if `fn` is not a function or an option is wrong.
   */
  wrap<This, Args extends unknown[], T, F = never>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
    options?: WrapOptions<NoInfer<Args>, F>,
  ): (this: This, ...args: Args) => Promise<T | F>;
  /** The same for a handler of AWS's own types (`APIGatewayProxyHandlerV2` and the like), which may return nothing. */
  wrap<This, Args extends unknown[], T, F = never>(
    // biome-ignore lint/suspicious/noConfusingVoidType: AWS's types say it.
    fn: (this: This, ...args: Args) => void | PromiseLike<T>,
    options?: WrapOptions<NoInfer<Args>, F>,
  ): (this: This, ...args: Args) => Promise<T | F>;
  /** The state that the next call would meet: an open circuit whose time is over is `half-open`. */
  readonly state: CircuitState;
  /**
   * Holds the circuit open until `release()`. It takes effect at once, before the promise resolves. With a store it holds for
   * all environments: each follows within its `syncMs`.
   *
   * @throws the store's error; the circuit is isolated here nevertheless.
   */
  isolate(): Promise<void>;
  /**
   * Closes an isolated circuit, with an empty window, at once, and in all environments if there is a store. Any other circuit
   * stays as it is.
   *
   * @throws the store's error; the circuit is released here nevertheless, until the store answers.
   */
  release(): Promise<void>;
  /** The state as plain data, for `initialState` of a later breaker, which goes on as this one would have. */
  toJSON(): CircuitSnapshot;
}
