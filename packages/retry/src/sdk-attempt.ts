import type { Outcome, RetryStopReason } from "@midguard/kernel";
import { isOwnRejection } from "@midguard/kernel/internal";
import { isRetryable, type Verdict } from "./decisions/retryable.ts";
import { isRetryableForSdk, markGivenUp, type SdkFailure } from "./decisions/sdk-errors.ts";
import { judge } from "./engine/callbacks.ts";
import { endRun } from "./engine/engine.ts";
import { type Payment, pay } from "./engine/payment.ts";
import { planNext } from "./engine/plan.ts";
import { limitReached, type Run, startRun } from "./engine/run.ts";
import { DeadlineExceededError } from "./errors.ts";
import { publishScheduled } from "./events.ts";
import type { Policy } from "./options.ts";

/** An attempt that the AWS SDK makes. */
export interface SdkAttempt {
  readonly run: Run;
  /** From 1. */
  readonly number: number;
  /** The call waits at the service for work, so that callers repeat it in a loop. */
  readonly isLongPoll: boolean;
  /** What was paid for it; `undefined` for a first attempt. */
  readonly payment?: Payment;
  /** The backoff before it, in ms. */
  readonly backoffMs: number;
  /** The whole wait before it, in ms. */
  readonly delayMs: number;
}

/** Starts a run, or rejects if it has no time for one attempt or the policy's signal has aborted. */
export async function firstAttempt(policy: Policy, isLongPoll: boolean): Promise<SdkAttempt> {
  if (policy.signal?.aborted) throw policy.signal.reason;
  const run = startRun(policy);
  const limit = limitReached(run, run.startedAt);
  if (limit !== undefined) return endRun(run, 0, { ok: false, error: new DeadlineExceededError() }, limit);
  return { run, number: 1, isLongPoll, backoffMs: 0, delayMs: 0 };
}

/** The default rule is the SDK's, which knows its own errors; a rule of the user's own replaces it. */
function verdictOn(policy: Policy, failure: SdkFailure, outcome: Outcome): Verdict {
  return policy.retryable === isRetryable ? isRetryableForSdk(failure) : judge(policy, outcome);
}

/** Waits. Returns whether nothing ended the wait before its time. */
function sleep({ clock, signal }: Policy, ms: number): Promise<boolean> {
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

/** Plans, pays for and waits for the attempt after a failed one; or ends the run, by rejecting. */
export async function nextAttempt(failed: SdkAttempt, failure: SdkFailure): Promise<SdkAttempt> {
  const { run, number, isLongPoll } = failed;
  const { policy } = run;
  const outcome: Outcome<never> = { ok: false, error: failure.error };

  function end(reason: RetryStopReason): Promise<never> {
    markGivenUp(failure.error);
    return endRun(run, number, outcome, reason);
  }

  // An open circuit or the like rejected the retry: the service was not called.
  if (isOwnRejection(failure.error)) failed.payment?.refund();
  const verdict = verdictOn(policy, failure, outcome);
  const next = planNext(run, { number, outcome, verdict, wasAborted: false }, failed.backoffMs, policy.clock.now());
  if (typeof next === "string") return end(next);
  const payment = pay(run, outcome);
  if (typeof payment === "string") {
    // As the SDK does: a loop of polls that fail at once would spin.
    if (isLongPoll) await sleep(policy, next.delayMs);
    return end(payment);
  }
  publishScheduled(run, number, next.delayMs, outcome);
  const hasWaited = await sleep(policy, next.delayMs);
  // Checked again: the process may have been frozen in the wait, for any time.
  const obstacle = hasWaited && !policy.signal?.aborted ? limitReached(run, policy.clock.now()) : "aborted";
  if (obstacle !== undefined) {
    payment.refund();
    return end(obstacle);
  }
  return { run, number: number + 1, isLongPoll, payment, ...next };
}
