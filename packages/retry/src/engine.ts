import type { Failure, RetryStopReason } from "@midguard/kernel";
import { isOurs, rejected } from "@midguard/kernel/internal";
import { type Call, RunningAttempt } from "./attempt.ts";
import { DeadlineExceededError } from "./errors.ts";
import { channel } from "./events.ts";
import type { Policy } from "./options.ts";
import { earn, judge, type PlannedRetry, planRetry } from "./plan.ts";
import { fileReport } from "./report.ts";
import type { Verdict } from "./retryable.ts";

/** An attempt's failure, and what the policy says of it. */
interface Fault {
  readonly failure: Failure;
  readonly verdict: Verdict;
}

/** Runs `call` under `policy`. */
export function start<T>(policy: Policy, call: Call<T>): Promise<T> {
  if (policy.signal?.aborted) return Promise.resolve(rejected(policy.signal.reason));
  const attempt = new RunningAttempt(policy, call);
  if (attempt.number === 0) return Promise.resolve(giveUp(attempt, { error: new DeadlineExceededError() }, "deadline"));
  // Chained, not awaited: this is all that most runs ever do, and an async function would cost half as much again.
  return attempt.begin().then(
    (value) => {
      const fault = end(attempt, { value });
      return fault === undefined ? value : recover(attempt, fault);
    },
    (error) => recover(attempt, end(attempt, { error }) as Fault),
  );
}

/** Ends an attempt: `undefined` where it succeeded. `before` is how the attempt before failed. */
function end(attempt: RunningAttempt, outcome: Failure, before?: Failure): Fault | undefined {
  const { policy } = attempt;
  attempt.end();
  const failure = "error" in outcome ? causeOf(attempt, outcome, before) : outcome;
  const verdict = judge(policy, failure);
  if (verdict || "error" in outcome) return { failure, verdict };
  earn(policy);
  return undefined;
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

/** What follows a failed attempt. At once where it ends the run: what is rejected by an open circuit often comes through. */
function recover<T>(failed: RunningAttempt<T>, { failure, verdict }: Fault): T | PromiseLike<T> {
  const plan = planRetry(failed, failure, verdict, 0);
  return typeof plan === "string" ? giveUp(failed, failure, plan) : repeat(failed, failure, plan);
}

/** Makes the retries, while any may be made. A loop, so that nothing is kept of the attempts before. */
async function repeat<T>(failed: RunningAttempt<T>, firstFailure: Failure, first: PlannedRetry): Promise<T> {
  const { name, clock, signal } = failed.policy;
  let attempt = failed;
  let failure = firstFailure;
  let plan = first;
  for (;;) {
    const { backoffMs, delayMs } = plan;
    if (channel.hasSubscribers) {
      channel.publish({ type: "retry.scheduled", source: name, attempt: attempt.number, delayMs, failure });
    }
    try {
      await clock.sleep(delayMs, signal);
    } catch (error) {
      plan.giveBack();
      return giveUp(attempt, { error }, "aborted");
    }
    // The sleep may have been longer than asked for: a process is frozen between invocations.
    if (signal?.aborted || clock.now() >= attempt.endsAt) {
      plan.giveBack();
      return giveUp(attempt, failure, signal?.aborted ? "aborted" : attempt.bound);
    }
    attempt = attempt.next();
    const outcome = await outcomeOf(attempt);
    // Rejected by an open circuit or the like: the dependency was not called.
    if ("error" in outcome && isOurs(outcome.error)) plan.giveBack();
    const fault = end(attempt, outcome, failure);
    if (fault === undefined) return (outcome as { value: T }).value;
    failure = fault.failure;
    const next = planRetry(attempt, failure, fault.verdict, backoffMs);
    if (typeof next === "string") return giveUp(attempt, failure, next);
    plan = next;
  }
}

async function outcomeOf(attempt: RunningAttempt): Promise<Failure> {
  try {
    return { value: await attempt.begin() };
  } catch (error) {
    return { error };
  }
}

/** Ends a run without success: with the reason of the caller who left, or else as its last attempt ended. */
function giveUp<T>(last: RunningAttempt<T>, failed: Failure, reason: RetryStopReason): T | PromiseLike<never> {
  const { number: attempts, elapsedMs, policy } = last;
  const report = { attempts, elapsedMs, reason };
  // A clock of the user's own may fail in a wait without an abort.
  const failure = reason === "aborted" && policy.signal?.aborted ? { error: policy.signal.reason } : failed;
  fileReport("error" in failure ? failure.error : failure.value, report);
  // Neither a 404 nor a caller who went away means that retries ran out.
  if (reason !== "not-retryable" && reason !== "aborted" && channel.hasSubscribers) {
    channel.publish({ type: "retry.exhausted", source: policy.name, ...report, failure });
  }
  return "error" in failure ? rejected(failure.error) : (failure.value as T);
}
