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
  if (!attempt.hasTime) return giveUp(attempt, { error: new DeadlineExceededError() }, "deadline", 0);
  // Chained, not awaited: this is all that most runs ever do, and an async function would cost half as much again.
  return attempt.begin().then(
    (value) => {
      const verdict = judgeValue(attempt, value);
      return verdict === false ? value : recover(attempt, { value }, verdict);
    },
    (error) => recover(attempt, { error }),
  );
}

/** Ends an attempt that came to a value: `false` where that is a success. */
function judgeValue(attempt: RunningAttempt, value: unknown): Verdict {
  const { policy } = attempt;
  attempt.end();
  const verdict = judge(policy, { value });
  if (verdict === false && policy.budget !== false) policy.budget.earn();
  return verdict;
}

/** Makes the attempts that follow a failed one. `verdict`: what was said of its value; an error is judged here. */
async function recover<T>(failed: RunningAttempt<T>, failure: Failure, verdict?: Verdict): Promise<T> {
  const { policy } = failed;
  let attempt = failed;
  let current = failure;
  let previous: Failure | undefined;
  let backoffMs = 0;
  for (;;) {
    attempt.end();
    const { cut } = attempt;
    if (cut !== undefined && "error" in current) {
      // The reason of the cut, whatever error the call made of it; or, where the run's time was up, the error before,
      // which says more of the dependency.
      current = cut.by === "end" && previous !== undefined && "error" in previous ? previous : { error: cut.reason };
    }
    const plan = planRetry(attempt, current, verdict ?? judge(policy, current), backoffMs);
    if (typeof plan === "string") return giveUp(attempt, current, plan);
    const { delayMs } = plan;
    if (channel.hasSubscribers) {
      const facts = { attempt: attempt.number, delayMs, failure: current };
      channel.publish({ type: "retry.scheduled", source: policy.name, ...facts });
    }
    try {
      await policy.clock.sleep(delayMs, policy.signal);
    } catch (error) {
      return giveUp(attempt, { error }, "aborted");
    }
    // The sleep may have been longer than asked for: a process is frozen between invocations.
    if (policy.clock.now() >= attempt.endsAt) return giveUp(attempt, current, attempt.bound);
    attempt = attempt.next();
    previous = current;
    backoffMs = plan.backoffMs;
    try {
      const value = await attempt.begin();
      verdict = judgeValue(attempt, value);
      if (verdict === false) return value;
      current = { value };
    } catch (error) {
      verdict = undefined;
      current = { error };
    }
  }
}

/** Ends a run without success, as its last attempt ended: with its error, or with its value. */
async function giveUp<T>(
  last: RunningAttempt<T>,
  failure: Failure,
  reason: RetryStopReason,
  attempts: number = last.number,
): Promise<T> {
  const report = { attempts, elapsedMs: last.elapsedMs, reason };
  fileReport("error" in failure ? failure.error : failure.value, report);
  // Neither a 404 nor a caller who went away means that retries ran out.
  if (reason !== "not-retryable" && reason !== "aborted" && channel.hasSubscribers) {
    channel.publish({ type: "retry.exhausted", source: last.policy.name, ...report, failure });
  }
  if ("error" in failure) throw failure.error;
  return failure.value as T;
}
