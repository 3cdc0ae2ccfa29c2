import type { Outcome, RetryStopReason } from "@midguard/kernel";
import { isOwnRejection } from "@midguard/kernel/internal";
import { DeadlineExceededError } from "../errors.ts";
import { publishExhausted, publishScheduled } from "../events.ts";
import type { Policy } from "../options.ts";
import { type Call, RunningAttempt } from "./attempt.ts";
import { earn, judge } from "./callbacks.ts";
import { pay } from "./payment.ts";
import { type Failed, planNext } from "./plan.ts";
import { keepReport } from "./report.ts";
import { limitReached, type Run, startRun } from "./run.ts";

/** Runs `call` under `policy`. */
export function execute<T>(policy: Policy, call: Call<T>): Promise<T> {
  if (policy.signal?.aborted) return Promise.reject(policy.signal.reason);
  const run = startRun(policy);
  const limit = limitReached(run, run.startedAt);
  if (limit !== undefined) return endRun(run, 0, { ok: false, error: new DeadlineExceededError() }, limit);
  const first = new RunningAttempt(run, 1, run.startedAt);
  // Chained, because most runs end with their first attempt, and an async function takes a third longer.
  return first.make(call).then(
    (value) => {
      const failed = endAttempt(run, first, { ok: true, value });
      return failed === undefined ? value : runRetries(run, call, failed);
    },
    (error) => runRetries(run, call, endAttempt(run, first, failureOf(first, error))),
  );
}

/** Plan, pay, wait, attempt, judge, and again, until an attempt succeeds or the plan says that it was the last. */
async function runRetries<T>(run: Run, call: Call<T>, firstFailed: Failed<T>): Promise<T> {
  const { clock, signal } = run.policy;
  let last = firstFailed;
  let backoffMs = 0;
  for (;;) {
    const next = planNext(run, last, backoffMs, clock.now());
    if (typeof next === "string") return endRun(run, last.number, last.outcome, next);
    const payment = pay(run, last.outcome);
    if (typeof payment === "string") return endRun(run, last.number, last.outcome, payment);
    publishScheduled(run, last.number, next.delayMs, last.outcome);
    try {
      await clock.sleep(next.delayMs, signal);
    } catch (error) {
      payment.refund();
      return endRun(run, last.number, { ok: false, error }, "aborted");
    }
    // Checked again: the process may have been frozen in the wait, for any time.
    const startedAt = clock.now();
    const obstacle = signal?.aborted ? "aborted" : limitReached(run, startedAt);
    if (obstacle !== undefined) {
      payment.refund();
      return endRun(run, last.number, last.outcome, obstacle);
    }
    const attempt = new RunningAttempt(run, last.number + 1, startedAt);
    const outcome = await outcomeOf(attempt, call);
    // An open circuit or the like rejected the retry: the dependency was not called.
    if (!outcome.ok && isOwnRejection(outcome.error)) payment.refund();
    const failed = endAttempt(run, attempt, outcome);
    if (failed === undefined) return (outcome as { value: T }).value;
    last = isCutShort(run, failed) && !last.outcome.ok ? { ...failed, outcome: last.outcome } : failed;
    backoffMs = next.backoffMs;
  }
}

async function outcomeOf<T>(attempt: RunningAttempt, call: Call<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await attempt.make(call) };
  } catch (error) {
    return failureOf(attempt, error);
  } finally {
    // Here, so that nothing which looks at the outcome can keep its timer and listener.
    attempt.dispose();
  }
}

/** An aborted attempt fails with the reason of the abort, whatever error its call made of it. */
function failureOf(attempt: RunningAttempt, error: unknown): Outcome<never> {
  return { ok: false, error: attempt.abort === undefined ? error : attempt.abort.reason };
}

/** Whether the run's time ended the attempt. The error before it then says more about the dependency than a timeout. */
function isCutShort(run: Run, { wasAborted, outcome }: Failed): boolean {
  return wasAborted && !outcome.ok && limitReached(run, run.policy.clock.now()) !== undefined;
}

/** Ends an attempt: judges its outcome. Returns its failure, or `undefined` if it succeeded. */
function endAttempt<T>(run: Run, attempt: RunningAttempt, outcome: Outcome<never>): Failed<T>;
function endAttempt<T>(run: Run, attempt: RunningAttempt, outcome: Outcome<T>): Failed<T> | undefined;
function endAttempt<T>(run: Run, attempt: RunningAttempt, outcome: Outcome<T>): Failed<T> | undefined {
  attempt.dispose();
  const verdict = judge(run.policy, outcome);
  if (verdict || !outcome.ok) {
    return { number: attempt.number, outcome, verdict, wasAborted: attempt.abort !== undefined };
  }
  earn(run.policy);
  return undefined;
}

/** Ends a run without success: with its outcome, or with the caller's reason if the caller aborted. */
export async function endRun<T>(run: Run, attempts: number, outcome: Outcome<T>, reason: RetryStopReason): Promise<T> {
  const { clock, signal } = run.policy;
  // Checked again, because a clock of the user's own may fail in a wait without an abort.
  const hasCallerAborted = reason === "aborted" && signal?.aborted;
  const last: Outcome<T> = hasCallerAborted ? { ok: false, error: signal.reason } : outcome;
  const report = { attempts, elapsedMs: clock.now() - run.startedAt, reason };
  keepReport(last, report);
  publishExhausted(run, report, last);
  if (!last.ok) throw last.error;
  return last.value;
}
