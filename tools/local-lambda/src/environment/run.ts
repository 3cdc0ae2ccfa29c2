import type { Invocation, Outcome } from "../invocation.ts";

/** An invocation that was sent to the runtime and is not reported yet. */
export interface Run {
  readonly invocation: Invocation;
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
  outcome: Outcome | undefined;
}
