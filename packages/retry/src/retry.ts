import { checkType } from "@midguard/kernel/internal";
import type { Attempt, Call } from "./attempt.ts";
import type { RetryBudget } from "./budget.ts";
import { start } from "./engine.ts";
import { checkRunOptions, type RetryOptions, type RunOptions, resolve } from "./options.ts";
import { follower } from "./signals.ts";

/** A retry policy: how the calls of one dependency are retried. It holds nothing of any one run but their budget. */
export interface Retry {
  /** What all runs spend their retries from, to be shared with other policies of the same dependency. */
  readonly budget: RetryBudget | false;
  /**
   * Calls `fn`, and calls it again while it fails in a way that may pass and while time, allowance and budget are left.
   * It ends as the last attempt did, with its value or its very error; `retryReport` tells why. Where the deadline cut
   * the last attempt, the error of the one before is thrown, if it was an error.
   *
   * @throws DeadlineExceededError where no time is left for one attempt; a TypeError for what is no function or option.
   */
  run<T>(fn: (attempt: Attempt) => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  /** The same for what AWS's own types say may give nothing; a callback is not waited for. */
  // biome-ignore lint/suspicious/noConfusingVoidType: it is what AWS's types say.
  run<T>(fn: (attempt: Attempt) => void | PromiseLike<T>, options?: RunOptions): Promise<T>;
}

/**
 * Makes a retry policy. Make one per dependency, outside of the handler.
 *
 * Inside an invocation (which `retry()` makes known) no attempt and no wait begins that cannot end 100 ms before the
 * invocation does, or `reserveMs` of `retry()`.
 *
 * @example
 * const payments = createRetry({ name: "payments", attemptTimeoutMs: 1_000 });
 * const answer = await payments.run(({ signal }) => fetch(paymentsUrl, { signal }));
 *
 * @throws TypeError or RangeError for a bad option.
 */
export function createRetry(options: RetryOptions = {}): Retry {
  const policy = resolve(options);

  async function runWith<T>(fn: Call<T>, runOptions: RunOptions = {}): Promise<T> {
    checkType("fn", fn, "function");
    const { signal, once } = checkRunOptions(runOptions);
    if (signal === undefined || policy.signal === undefined) {
      return start({ ...policy, signal: signal ?? policy.signal, once }, fn);
    }
    const either = follower(signal, policy.signal);
    try {
      return await start({ ...policy, signal: either.signal, once }, fn);
    } finally {
      // With a reason, for without one an error with a stack trace would be made.
      either.abort(null);
    }
  }

  function run<T>(fn: Call<T>, runOptions?: RunOptions): Promise<T> {
    return runOptions === undefined && typeof fn === "function" ? start(policy, fn) : runWith(fn, runOptions);
  }

  return { budget: policy.budget, run };
}
