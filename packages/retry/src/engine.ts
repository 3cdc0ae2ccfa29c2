import type { Failure, RetryStopReason } from "@midguard/kernel";
import { RunningAttempt } from "./attempt.ts";
import { DeadlineExceededError } from "./errors.ts";
import { channel } from "./events.ts";
import type { Policy } from "./options.ts";
import { judge, planRetry } from "./plan.ts";
import { fileReport } from "./report.ts";
import type { Verdict } from "./retryable.ts";
import { type Call, Run } from "./run.ts";

/** Runs `call` under `policy`, until `caller` aborts. */
export function start<T>(policy: Policy, call: Call<T>, caller: AbortSignal | undefined, once: boolean): Promise<T> {
  if (caller?.aborted) return Promise.reject(caller.reason);
  const run = new Run(policy, call, caller, once);
  if (!run.hasTime) return giveUp(run, 0, { error: new DeadlineExceededError() }, "deadline");
  const attempt = new RunningAttempt(1, run);
  // Chained, not awaited: this is all that most runs ever do, and an async function would cost half as much again.
  return attempt.begin(run).then(
    (value) => {
      const verdict = judgeValue(policy, attempt, value);
      return verdict === false ? value : recover(run, attempt, { value }, verdict);
    },
    (error) => recover(run, attempt, { error }),
  );
}

/** Ends an attempt that came to a value: `false` where that is a success. */
function judgeValue(policy: Policy, attempt: RunningAttempt, value: unknown): Verdict {
  attempt.end();
  const verdict = judge(policy, { value });
  if (verdict === false && policy.budget !== false) policy.budget.earn();
  return verdict;
}

/** Makes the attempts that follow a failed one. `verdict`: what was said of its value; an error is judged here. */
async function recover<T>(run: Run<T>, failed: RunningAttempt, failure: Failure, verdict?: Verdict): Promise<T> {
  const { policy, caller } = run;
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
    const plan = planRetry(run, attempt, current, verdict ?? judge(policy, current), backoffMs);
    if (typeof plan === "string") return giveUp(run, attempt.number, current, plan);
    const { delayMs } = plan;
    if (channel.hasSubscribers) {
      const facts = { attempt: attempt.number, delayMs, failure: current };
      channel.publish({ type: "retry.scheduled", source: policy.name, ...facts });
    }
    try {
      await policy.clock.sleep(delayMs, caller);
    } catch (error) {
      return giveUp(run, attempt.number, { error }, "aborted");
    }
    // The sleep may have been longer than asked for: a process is frozen between invocations.
    if (policy.clock.now() >= run.endsAt) return giveUp(run, attempt.number, current, run.bound);
    attempt = new RunningAttempt(attempt.number + 1, run);
    previous = current;
    backoffMs = plan.backoffMs;
    try {
      const value = await attempt.begin(run);
      verdict = judgeValue(policy, attempt, value);
      if (verdict === false) return value;
      current = { value };
    } catch (error) {
      verdict = undefined;
      current = { error };
    }
  }
}

/** Ends a run without success, as its last attempt ended: with its error, or with its value. */
async function giveUp<T>(run: Run<T>, attempts: number, failure: Failure, reason: RetryStopReason): Promise<T> {
  const report = { attempts, elapsedMs: run.elapsedMs, reason };
  fileReport("error" in failure ? failure.error : failure.value, report);
  // Neither a 404 nor a caller who went away means that retries ran out.
  if (reason !== "not-retryable" && reason !== "aborted" && channel.hasSubscribers) {
    channel.publish({ type: "retry.exhausted", source: run.policy.name, ...report, failure });
  }
  if ("error" in failure) throw failure.error;
  return failure.value as T;
}
