import { currentInvocation, type Failure, type RetryStopReason } from "@midguard/kernel";
import type { RunningAttempt } from "./attempt.ts";
import type { Policy } from "./options.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Verdict } from "./retryable.ts";
import type { Run } from "./run.ts";

/** The next retry: what the backoff said, and what is waited in the end. */
export interface PlannedRetry {
  readonly backoffMs: number;
  readonly delayMs: number;
}

function warn(policy: Policy, error: unknown): void {
  const message = `A callback of the retry policy ${JSON.stringify(policy.name)} threw: ${String(error)}`;
  process.emitWarning(message, "MidguardWarning");
}

/** What the policy says of a failure. A predicate that throws is told as a warning, and the failure stands. */
export function judge(policy: Policy, failure: Failure): Verdict {
  try {
    return policy.retryable(failure) || false;
  } catch (error) {
    warn(policy, error);
    return false;
  }
}

function nextBackoffMs(policy: Policy, attempt: number, previousMs: number): number | undefined {
  try {
    // NaN would be a wait that never compares as too long.
    return Math.max(0, policy.backoff(attempt, previousMs, policy.random) || 0);
  } catch (error) {
    warn(policy, error);
    return undefined;
  }
}

function floorMs(verdict: Verdict, failure: Failure): number {
  return typeof verdict === "object" ? verdict.afterMs || 0 : retryAfterMs(failure);
}

/**
 * Plans the retry that follows a failed attempt, and pays for it; or says why there is none. What is free to know comes
 * first, so that a retry which is not made costs neither allowance nor budget.
 */
export function planRetry(
  run: Run<unknown>,
  attempt: RunningAttempt,
  failure: Failure,
  verdict: Verdict,
  previousMs: number,
): PlannedRetry | RetryStopReason {
  const { policy } = run;
  if (attempt.cut?.by === "caller") return "aborted";
  if (attempt.cut?.by === "end") return run.bound;
  if (run.once || !verdict) return "not-retryable";
  if (attempt.number > policy.maxRetries) return "max-retries";
  const backoffMs = nextBackoffMs(policy, attempt.number, previousMs);
  if (backoffMs === undefined) return "not-retryable";
  const delayMs = Math.max(backoffMs, floorMs(verdict, failure));
  if (policy.clock.now() + delayMs >= run.endsAt) return run.bound;
  const invocation = currentInvocation();
  const allowance = invocation?.retriesLeft;
  if (allowance !== undefined && allowance < 1) return "allowance";
  if (policy.budget !== false && !policy.budget.spend()) return "budget";
  if (invocation !== undefined && allowance !== undefined) invocation.retriesLeft = allowance - 1;
  return { backoffMs, delayMs };
}
