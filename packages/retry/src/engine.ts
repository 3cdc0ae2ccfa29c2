import type { Failure, RetryStopReason } from "@midguard/kernel";
import { type Call, RunningAttempt } from "./attempt.ts";
import { DeadlineExceededError } from "./errors.ts";
import { channel } from "./events.ts";
import type { Policy } from "./options.ts";
import { judge, planRetry } from "./plan.ts";
import { fileReport } from "./report.ts";
import type { Verdict } from "./retryable.ts";

/** Runs `call` under `policy`. */
export function start<T>(policy: Policy, call: Call<T>): Promise<T> {
  if (policy.signal?.aborted) return Promise.reject(policy.signal.reason);
  const attempt = new RunningAttempt(policy, call);
  return attempt.number > 0 ? follow(attempt, 0) : giveUp(attempt, { error: new DeadlineExceededError() }, "deadline");
}

/**
 * Makes an attempt, and those after it where it fails. `before` is how the attempt before failed, `backoffMs` what the
 * backoff said then.
 */
function follow<T>(attempt: RunningAttempt<T>, backoffMs: number, before?: Failure): Promise<T> {
  // Chained, not awaited: this is all that most runs ever do, and an async function would cost half as much again.
  return attempt.begin().then(
    (value) => settle(attempt, { value }, backoffMs, before),
    (error) => settle(attempt, { error }, backoffMs, before),
  );
}

function settle<T>(attempt: RunningAttempt<T>, outcome: Failure, backoffMs: number, before?: Failure): T | Promise<T> {
  const { policy } = attempt;
  attempt.end();
  const failure = "error" in outcome ? causeOf(attempt, outcome, before) : outcome;
  const verdict = judge(policy, failure);
  if (verdict || "error" in outcome) return recover(attempt, failure, verdict, backoffMs);
  if (policy.budget) policy.budget.earn();
  return outcome.value as T;
}

/**
 * What made an attempt throw: the reason of its cut, whatever error the call made of it; or, where the run's time was up,
 * the error before, which says more of the dependency.
 */
function causeOf(attempt: RunningAttempt, thrown: Failure, before?: Failure): Failure {
  const { cut, policy } = attempt;
  if (cut === undefined) return thrown;
  const isLast = !policy.signal?.aborted && policy.clock.now() >= attempt.endsAt;
  return isLast && before !== undefined && "error" in before ? before : { error: cut.reason };
}

/** Waits and makes the attempts that follow a failed one, if any may. */
async function recover<T>(
  failed: RunningAttempt<T>,
  failure: Failure,
  verdict: Verdict,
  previousMs: number,
): Promise<T> {
  const { name, clock, signal } = failed.policy;
  const plan = planRetry(failed, failure, verdict, previousMs);
  if (typeof plan === "string") return giveUp(failed, failure, plan);
  const { backoffMs, delayMs } = plan;
  if (channel.hasSubscribers) {
    channel.publish({ type: "retry.scheduled", source: name, attempt: failed.number, delayMs, failure });
  }
  try {
    await clock.sleep(delayMs, signal);
  } catch (error) {
    return giveUp(failed, { error }, "aborted");
  }
  // The sleep may have been longer than asked for: a process is frozen between invocations.
  if (clock.now() >= failed.endsAt) return giveUp(failed, failure, failed.bound);
  return follow(failed.next(), backoffMs, failure);
}

/** Ends a run without success, as its last attempt ended: with its error, or with its value. */
async function giveUp<T>(last: RunningAttempt<T>, failure: Failure, reason: RetryStopReason): Promise<T> {
  const { number: attempts, elapsedMs, policy } = last;
  const report = { attempts, elapsedMs, reason };
  fileReport("error" in failure ? failure.error : failure.value, report);
  // Neither a 404 nor a caller who went away means that retries ran out.
  if (reason !== "not-retryable" && reason !== "aborted" && channel.hasSubscribers) {
    channel.publish({ type: "retry.exhausted", source: policy.name, ...report, failure });
  }
  if ("error" in failure) throw failure.error;
  return failure.value as T;
}
