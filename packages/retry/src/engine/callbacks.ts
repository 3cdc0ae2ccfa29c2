/** The user's callbacks, called so that a mistake in one becomes a process warning and leaves the run's own outcome. */
import type { Outcome } from "@midguard/kernel";
import { isRecord, syncResult, warn } from "@midguard/kernel/internal";
import type { RetryCause } from "../decisions/budget.ts";
import type { Verdict } from "../decisions/retryable.ts";
import type { Policy } from "../options.ts";

function guarded<T, F>(policy: Policy, call: () => T, fallback: F): T | F {
  try {
    return call();
  } catch (error) {
    warn(`A callback of the retry policy ${JSON.stringify(policy.name)} threw`, error);
    return fallback;
  }
}

/** The policy's verdict on an outcome; `false` after a mistake, and a wait of 0 ms after one in `afterMs`. */
export function judge(policy: Policy, outcome: Outcome): Verdict {
  const verdict = guarded(policy, () => syncResult("createRetry: retryable", policy.retryable(outcome)), false);
  if (!isRecord(verdict)) return Boolean(verdict);
  const read = (): number => Number(syncResult("createRetry: afterMs", verdict.afterMs)) || 0;
  return { afterMs: guarded(policy, read, 0) };
}

/** The backoff after attempt `number`, in ms; `undefined` after a mistake. */
export function backoffAfter(policy: Policy, number: number, previousMs: number): number | undefined {
  function random(): number {
    return syncResult("createRetry: random", policy.random());
  }
  function ask(): number {
    const ms = syncResult("createRetry: backoff", policy.backoff(number, previousMs, random));
    // NaN would be a delay that no limit ends.
    return Math.max(0, ms || 0);
  }
  return guarded(policy, ask, undefined);
}

/** Takes the cost of a retry from the budget. Returns `false` if too little is left, or if the budget is faulty. */
export function spend(policy: Policy, cause: RetryCause): boolean {
  const { budget } = policy;
  return !budget || guarded(policy, () => syncResult("createRetry: budget.spend", budget.spend(cause)), false);
}

/** Gives the cost of a retry back to the budget. */
export function refund(policy: Policy, cause: RetryCause): void {
  const { budget } = policy;
  if (budget) guarded(policy, () => syncResult("createRetry: budget.refund", budget.refund(cause)), undefined);
}

/** Adds to the budget what a success is worth. */
export function earn(policy: Policy): void {
  const { budget } = policy;
  if (budget) guarded(policy, () => syncResult("createRetry: budget.earn", budget.earn()), undefined);
}
