import type { Outcome, RetryStopReason } from "@midguard/kernel";
import { retryAfterMs } from "../decisions/retry-after.ts";
import type { Verdict } from "../decisions/retryable.ts";
import { backoffAfter } from "./callbacks.ts";
import { limitReached, type Run } from "./run.ts";

/** An attempt that failed. */
export interface Failed<T = unknown> {
  readonly number: number;
  readonly outcome: Outcome<T>;
  /** The policy's verdict on the outcome. */
  readonly verdict: Verdict;
  readonly wasAborted: boolean;
}

/** The wait before the next attempt. */
export interface Wait {
  /** The delay of the backoff. */
  readonly backoffMs: number;
  /** The whole wait: the backoff, or longer if the failure requires it. */
  readonly delayMs: number;
}

/** How long the failure asks to be left alone, in ms. */
function floorMs({ verdict, outcome }: Failed): number {
  return typeof verdict === "object" ? verdict.afterMs : retryAfterMs(outcome);
}

/**
 * What follows a failed attempt at the time `now`: a wait and then another attempt, or nothing, for a reason.
 *
 * @param previousMs - The backoff before the last retry of this run, 0 at first.
 */
export function planNext(run: Run, failed: Failed, previousMs: number, now: number): Wait | RetryStopReason {
  const { policy } = run;
  if (policy.signal?.aborted) return "aborted";
  // If the run's time ended the attempt, that limit is the reason, even if the policy would not retry.
  const limit = failed.wasAborted ? limitReached(run, now) : undefined;
  if (limit !== undefined) return limit;
  if (policy.once || !failed.verdict) return "not-retryable";
  if (failed.number > policy.maxRetries) return "max-retries";
  const backoffMs = backoffAfter(policy, failed.number, previousMs);
  if (backoffMs === undefined) return "not-retryable";
  const delayMs = Math.max(backoffMs, floorMs(failed));
  return limitReached(run, now + delayMs) ?? { backoffMs, delayMs };
}
