import { systemClock } from "@midguard/kernel";
import { currentScope, now, type Scope, usableMs } from "@midguard/kernel/internal";
import type { Policy } from "../options.ts";

/** The limits of a run's time, as reasons to stop. */
export type TimeLimit = "deadline" | "max-elapsed";

/** The facts of one call of `run`, which do not change while it lasts. */
export interface Run {
  readonly policy: Policy;
  /** The invocation that the run started in, and belongs to whatever other handlers its calls enter. */
  readonly scope: Scope | undefined;
  readonly startedAt: number;
  /** When its time is up: no attempt starts then, and a running one is aborted. `Infinity` for never. */
  readonly endsAt: number;
  /** Which limit sets `endsAt`. */
  readonly bound: TimeLimit;
}

/**
 * Starts a run. Its times are the policy's clock's, while an invocation's are the system clock's: durations pass
 * between.
 */
export function startRun(policy: Policy): Run {
  const startedAt = policy.clock.now();
  const systemTime = policy.clock === systemClock ? startedAt : now();
  const scope = currentScope(systemTime);
  const deadlineMs = usableMs(scope, systemTime);
  return {
    policy,
    scope,
    startedAt,
    endsAt: startedAt + Math.min(deadlineMs, policy.maxElapsedMs),
    bound: deadlineMs <= policy.maxElapsedMs ? "deadline" : "max-elapsed",
  };
}

/** The limit that lets no attempt start at `time`; `undefined` if one may. */
export function limitReached(run: Run, time: number): TimeLimit | undefined {
  if (run.scope?.ended) return "deadline";
  return time < run.endsAt ? undefined : run.bound;
}
