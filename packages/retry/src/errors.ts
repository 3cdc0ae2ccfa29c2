import type { StarvedAttempt } from "@midguard/kernel/internal";

/**
 * An attempt took longer than it may: `attemptTimeoutMs`, or what was left before the run's end. Its signal aborts with
 * this error. Retried by default.
 */
export class AttemptTimeoutError extends Error implements StarvedAttempt {
  // The name of the reason of AbortSignal.timeout(), so that code which looks for it finds it.
  override readonly name = "TimeoutError";
  readonly code = "ATTEMPT_TIMEOUT";
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** The time that the attempt had, in ms. */
  readonly timeoutMs: number;
  /**
   * The attempt had less than half of the time that one has at best, because the run or the invocation was nearly over;
   * or the process may have been frozen in it. Its timeout says nothing about the dependency: a circuit breaker does
   * not count it.
   */
  readonly starved: boolean;

  constructor(attempt: number, timeoutMs: number, starved: boolean = false) {
    super(`Attempt ${attempt} took longer than ${Math.round(timeoutMs)} ms`);
    this.attempt = attempt;
    this.timeoutMs = timeoutMs;
    this.starved = starved;
  }
}

/**
 * No time was left for even one attempt, so nothing was called. Once an attempt has been made, the run ends with its
 * outcome instead.
 */
export class DeadlineExceededError extends Error {
  override readonly name = "DeadlineExceededError";
  readonly code = "DEADLINE_EXCEEDED";

  constructor() {
    super("No time was left before the deadline: nothing was attempted");
  }
}
