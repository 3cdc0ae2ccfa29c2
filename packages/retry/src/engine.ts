import type { Outcome, RetryStopReason } from "@midguard/kernel";
import { callback, isOwnRejection } from "@midguard/kernel/internal";
import { type Call, RunningAttempt } from "./attempt.ts";
import { earn, judge } from "./callbacks.ts";
import { DeadlineExceededError } from "./errors.ts";
import { channel } from "./events.ts";
import type { Policy } from "./options.ts";
import { type Payment, pay } from "./payment.ts";
import { planNext } from "./plan.ts";
import { reportEnd } from "./report.ts";
import { limitReached, type Run, startRun } from "./run.ts";

const isCall = callback();

/** Runs `call` under `policy`: attempt, judge, plan, pay, wait, and again. Every way out is a `return` or a `throw` here. */
export async function execute<T>(policy: Policy, call: Call<T>): Promise<T> {
  const { clock, name, signal } = policy;
  isCall("run: fn", call);
  if (signal?.aborted) throw signal.reason;
  const run = startRun(policy);
  let startedAt = run.startedAt;
  const limit = limitReached(run, startedAt);
  if (limit !== undefined) return end(run, 0, { ok: false, error: new DeadlineExceededError() }, limit);
  let backoffMs = 0;
  let payment: Payment | undefined;
  let previous: Outcome<T> | undefined;
  for (let number = 1; ; number += 1) {
    const attempt = new RunningAttempt(run, number, startedAt);
    const outcome = await attempt.make(call);
    attempt.dispose();

    const verdict = judge(policy, outcome);
    if (outcome.ok && !verdict) {
      earn(policy);
      return outcome.value;
    }
    // An open circuit or the like rejected the retry: the dependency was not called.
    if (!outcome.ok && isOwnRejection(outcome.error)) payment?.refund();

    const now = clock.now();
    const limit = attempt.isAborted && !signal?.aborted ? limitReached(run, now) : undefined;
    // The run's time ended the attempt: the error before it says more about the dependency than a timeout.
    if (limit !== undefined) return end(run, number, previous?.ok === false ? previous : outcome, limit);
    const next = planNext(run, { number, outcome, verdict }, backoffMs, now);
    if (typeof next === "string") return end(run, number, outcome, next);
    const paid = pay(run);
    if (typeof paid === "string") return end(run, number, outcome, paid);

    const { delayMs } = next;
    if (channel.hasSubscribers) {
      channel.publish({ type: "retry.scheduled", source: name, attempt: number, delayMs, outcome });
    }
    try {
      await clock.sleep(delayMs, signal);
    } catch (error) {
      paid.refund();
      return end(run, number, { ok: false, error }, "aborted");
    }
    // Again: the process may have been frozen in the wait, for any time.
    startedAt = clock.now();
    const reached = signal?.aborted ? "aborted" : limitReached(run, startedAt);
    if (reached !== undefined) {
      paid.refund();
      return end(run, number, outcome, reached);
    }
    ({ backoffMs } = next);
    payment = paid;
    previous = outcome;
  }
}

/** Ends a run without success: with its outcome, or with the caller's reason if the caller aborted. */
function end<T>(run: Run, attempts: number, outcome: Outcome<T>, reason: RetryStopReason): T {
  const { signal } = run.policy;
  // A clock of the user's own may fail in a wait without an abort.
  const isAborted = reason === "aborted" && signal?.aborted;
  const last: Outcome<T> = isAborted ? { ok: false, error: signal.reason } : outcome;
  reportEnd(run, attempts, last, reason);
  if (!last.ok) throw last.error;
  return last.value;
}
