import type { Failure, RetryStopReason } from "@midguard/kernel";
import { checkSync, warn } from "@midguard/kernel/internal";
import { allowance } from "./allowance.ts";
import type { RunningAttempt } from "./attempt.ts";
import type { Policy } from "./options.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Verdict } from "./retryable.ts";

/** A wait: what the backoff said, and what is waited in the end. */
interface Wait {
  readonly backoffMs: number;
  readonly delayMs: number;
}

/** The next retry, paid for. */
export interface PlannedRetry extends Wait {
  /** Gives back what was paid, where it is not made after all. */
  giveBack(): void;
}

function warnOf(policy: Policy, error: unknown): void {
  warn(`A callback of the retry policy ${JSON.stringify(policy.name)} threw`, error);
}

/** What the policy says of a failure. A predicate that throws is told as a warning, and the failure stands. */
export function judge(policy: Policy, failure: Failure): Verdict {
  try {
    return checkSync("retryable", policy.retryable(failure)) || false;
  } catch (error) {
    warnOf(policy, error);
    return false;
  }
}

/** The wait before the next attempt. A callback that throws is told as a warning, and there is none. */
function nextWait(
  { policy, number }: RunningAttempt,
  previousMs: number,
  verdict: Verdict,
  failure: Failure,
): Wait | undefined {
  try {
    // NaN would be a wait that never compares as too long.
    const backoffMs = Math.max(0, checkSync("backoff", policy.backoff(number, previousMs, policy.random)) || 0);
    const floorMs = typeof verdict === "object" ? verdict.afterMs || 0 : retryAfterMs(failure);
    return { backoffMs, delayMs: Math.max(backoffMs, floorMs) };
  } catch (error) {
    warnOf(policy, error);
    return undefined;
  }
}

/**
 * Plans the retry that follows a failed attempt, and pays for it; or says why there is none. What is free to know comes
 * first, so that a retry which is not made costs neither allowance nor budget.
 */
export function planRetry(
  attempt: RunningAttempt,
  failure: Failure,
  verdict: Verdict,
  previousMs: number,
): PlannedRetry | RetryStopReason {
  const { policy, number } = attempt;
  if (policy.signal?.aborted) return "aborted";
  const isLasting = policy.once || !verdict;
  // Before the clock is read: an open circuit is the failure that must not cost anything.
  if (isLasting && !attempt.cut) return "not-retryable";
  const leftMs = attempt.endsAt - policy.clock.now();
  if (attempt.cut && leftMs <= 0) return attempt.bound;
  if (isLasting) return "not-retryable";
  if (number > policy.maxRetries) return "max-retries";
  const wait = nextWait(attempt, previousMs, verdict, failure);
  if (wait === undefined) return "not-retryable";
  if (wait.delayMs >= leftMs) return attempt.bound;
  const giveBack = pay(attempt);
  return typeof giveBack === "string" ? giveBack : { ...wait, giveBack };
}

/** Takes one retry from allowance and budget, or neither and says which has none. What it answers gives them back. */
function pay({ policy, invocation }: RunningAttempt): RetryStopReason | (() => void) {
  const granted = invocation && allowance.get(invocation);
  if (granted !== undefined && granted.retriesLeft < 1) return "allowance";
  try {
    if (policy.budget && !checkSync("spend of the budget", policy.budget.spend())) return "budget";
  } catch (error) {
    warnOf(policy, error);
    return "budget";
  }
  if (granted === undefined) return () => refund(policy);
  granted.retriesLeft -= 1;
  return function giveBack() {
    granted.retriesLeft += 1;
    refund(policy);
  };
}

function refund(policy: Policy): void {
  try {
    if (policy.budget) policy.budget.refund();
  } catch (error) {
    warnOf(policy, error);
  }
}

/** Tells the budget of a success. */
export function earn(policy: Policy): void {
  try {
    if (policy.budget) policy.budget.earn();
  } catch (error) {
    warnOf(policy, error);
  }
}
