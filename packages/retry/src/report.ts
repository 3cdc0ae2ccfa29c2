import type { Outcome, RetryStopReason } from "@midguard/kernel";
import { channel } from "./events.ts";
import type { Run } from "./run.ts";

/** How a run ended without success. */
export interface RetryReport {
  /** Attempts made; 0 if there was no time for one. */
  readonly attempts: number;
  /** How long the run took, in ms. */
  readonly elapsedMs: number;
  /** Why no further attempt was made. */
  readonly reason: RetryStopReason;
}

// Beside the error, not on it: it may be frozen, or shared by several calls.
const reports = new WeakMap<object, RetryReport>();

/**
 * Why a policy gave up with this error, or with this value if a value was the failure. `undefined` for anything that no
 * policy ended with, and for strings and other primitives. If several calls share an error, the last one counts.
 *
 * @example
 * catch (error) {
 *   logger.error("charge failed", { error, ...retryReport(error) });
 * }
 */
export function retryReport(outcome: unknown): RetryReport | undefined {
  return reports.get(outcome as object);
}

/** Keeps the report of a run that ended without success, and publishes that retries are exhausted. */
export function reportEnd(run: Run, attempts: number, outcome: Outcome, reason: RetryStopReason): void {
  const { clock, name } = run.policy;
  const report = { attempts, elapsedMs: clock.now() - run.startedAt, reason };
  const result = outcome.ok ? outcome.value : outcome.error;
  if (Object(result) === result) reports.set(result as object, report);
  // Neither a 404 nor a caller that went away means that retries ran out.
  if (reason !== "not-retryable" && reason !== "aborted" && channel.hasSubscribers) {
    channel.publish({ type: "retry.exhausted", source: name, ...report, outcome });
  }
}
