/**
 * An attempt that read its signal took longer than it may: `attemptTimeoutMs`, or what was left before the deadline.
 * It is also the reason that the attempt's signal aborts with. Retried by default.
 */
export class AttemptTimeoutError extends Error {
  // The name that AbortSignal.timeout() gives its reason, so that code which looks for it finds it.
  override readonly name = "TimeoutError";
  readonly code = "ATTEMPT_TIMEOUT";
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** What the attempt had, in ms. */
  readonly timeoutMs: number;
  /**
   * It had less than half of what an attempt has at best, for the run or the invocation was nearly over; or it outlived its
   * invocation, and may have been frozen with the process. That says nothing of what it called, and a circuit breaker does
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
 * There was no time left for even one attempt, so nothing was called. Once an attempt has been made, its own failure is
 * what the caller gets.
 */
export class DeadlineExceededError extends Error {
  override readonly name = "DeadlineExceededError";
  readonly code = "DEADLINE_EXCEEDED";

  constructor() {
    super("No time was left before the deadline: nothing was attempted");
  }
}
