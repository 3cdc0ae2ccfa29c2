import { grantedMs, isOver, reserveMs } from "@midguard/kernel/internal";
import { AttemptTimeoutError } from "../errors.ts";
import type { Run } from "./run.ts";

/** The time that an attempt has. */
export interface TimeSpan {
  /** Number of the attempt, from 1. */
  readonly number: number;
  readonly startedAt: number;
  readonly endsAt: number;
}

/** A timer that is this late was held up by a freeze of the process, or by the process itself. */
const heldUpMs = 1_000;

/** What an attempt has that starts with its run, while the run starts with its invocation. */
function fullTimeMs({ policy, scope }: Run): number {
  const invocationMs = scope === undefined ? Infinity : grantedMs(scope) - reserveMs(scope);
  return Math.min(policy.attemptTimeoutMs, policy.maxElapsedMs, invocationMs);
}

/** The process may have been frozen during the attempt: it outlived its invocation, or its timer is far too late. */
function mayHaveBeenFrozen({ policy, scope }: Run, endedAt: number): boolean {
  return (scope !== undefined && isOver(scope)) || policy.clock.now() - endedAt >= heldUpMs;
}

/** The error of an attempt that has used up its time. */
export function timeoutOf(run: Run, { number, startedAt, endsAt }: TimeSpan): AttemptTimeoutError {
  const timeoutMs = endsAt - startedAt;
  const starved = timeoutMs < fullTimeMs(run) / 2 || mayHaveBeenFrozen(run, endsAt);
  return new AttemptTimeoutError(number, timeoutMs, starved);
}
