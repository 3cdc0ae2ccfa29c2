import { callback, createMadeOnce, follow } from "@midguard/kernel/internal";
import type { RetryBudget } from "./decisions/budget.ts";
import type { Attempt, Call } from "./engine/attempt.ts";
import { execute } from "./engine/engine.ts";
import { keepPolicy } from "./made-policies.ts";
import { type RetryOptions, type RunOptions, readPolicy, readRunOptions } from "./options.ts";

/** A retry policy for the calls of one dependency. It keeps no state of a run except the budget. */
export interface Retry {
  /** The budget of all runs, to be shared with other policies of the same dependency. */
  readonly budget: RetryBudget | false;
  /**
   * Calls `fn`, and calls it again while it fails in a way that may pass and while time, allowance and budget are left.
   * It ends as the last attempt did, with the same value or error; `retryReport` has the reason. If the run's time ends
   * the last attempt, the error of the attempt before is thrown, if that threw one.
   *
   * @throws DeadlineExceededError if no time is left for one attempt; TypeError if `fn` is no function or an option is bad.
   *
   * @example
   * const order = await payments.run(({ signal }) => charge(card, signal), { signal: request.signal });
   */
  run<T>(fn: (attempt: Attempt) => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  /** The same for handlers that may return nothing by AWS's own types; their callbacks are not awaited. */
  // biome-ignore lint/suspicious/noConfusingVoidType: AWS's types say so.
  run<T>(fn: (attempt: Attempt) => void | PromiseLike<T>, options?: RunOptions): Promise<T>;
}

const checkMadeOnce = createMadeOnce("createRetry");

/**
 * Makes a retry policy. Make one per dependency, outside of the handler.
 *
 * Inside an invocation (known through `retry()`) no attempt and no wait starts that cannot end 100 ms before the
 * invocation does, or `reserveMs` of `retry()`.
 *
 * @example
 * const payments = createRetry({ name: "payments", attemptTimeoutMs: 1_000 });
 * const response = await payments.run(({ signal }) => fetch(paymentsUrl, { signal }));
 *
 * @throws TypeError or RangeError for a bad option.
 */
export function createRetry(options: RetryOptions = {}): Retry {
  const policy = readPolicy(options);
  checkMadeOnce(policy.name);

  async function runWith<T>(fn: Call<T>, runOptions: RunOptions = {}): Promise<T> {
    callback()("run: fn", fn);
    const { signal, once } = readRunOptions(runOptions);
    if (signal === undefined || policy.signal === undefined) {
      return execute({ ...policy, signal: signal ?? policy.signal, once }, fn);
    }
    const either = follow(signal, policy.signal);
    try {
      return await execute({ ...policy, signal: either.signal, once }, fn);
    } finally {
      // With a reason, because without one an error with a stack trace would be made.
      either.abort(null);
    }
  }

  function run<T>(fn: Call<T>, runOptions?: RunOptions): Promise<T> {
    return runOptions === undefined && typeof fn === "function" ? execute(policy, fn) : runWith(fn, runOptions);
  }

  const made: Retry = { budget: policy.budget, run };
  keepPolicy(made, policy);
  return made;
}
