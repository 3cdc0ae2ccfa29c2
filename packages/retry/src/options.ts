import { type Clock, type Failure, systemClock } from "@midguard/kernel";
import { checkInteger, checkLike, checkNumber, checkOptions, signalLike } from "@midguard/kernel/internal";
import { type Backoff, exponential } from "./backoff.ts";
import { createRetryBudget, type RetryBudget } from "./budget.ts";
import { isRetryable, type Verdict } from "./retryable.ts";

/** Options of {@link createRetry}. */
export interface RetryOptions {
  /** The dependency's name: `source` of the events. @default "default" */
  readonly name?: string | undefined;
  /** Attempts after the first. @default 3 */
  readonly maxRetries?: number | undefined;
  /** @default exponential({ baseMs: 100, maxMs: 2_000, jitter: "full" }) */
  readonly backoff?: Backoff | undefined;
  /**
   * Whether an error or a value is a failure that may pass. `{ afterMs }` retries no sooner than that; `true` no sooner
   * than the failure's own `Retry-After`. Replaces the default. If it throws, the failure is not retried and stands.
   *
   * @default isRetryable
   */
  readonly retryable?: ((failure: Failure) => Verdict) | undefined;
  /**
   * What an attempt that reads its signal may take, in ms, from the end of the event loop's turn in which it first does.
   * Never past the deadline. `Infinity` switches it off.
   *
   * @default 3_000
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** What a run may take, in ms, where the deadline does not end it before. @default Infinity */
  readonly maxElapsedMs?: number | undefined;
  /** Shared by the policies of one dependency; `false` for no budget. @default createRetryBudget() */
  readonly budget?: RetryBudget | false | undefined;
  /** Ends every run of this policy when it aborts. One call's own signal is an argument of `run`. */
  readonly signal?: AbortSignal | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Options of one run. */
export interface RunOptions {
  /** The caller's signal: when it aborts, the run ends at once with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** One attempt only, within the same limits: for a call that must not be repeated. @default false */
  readonly once?: boolean | undefined;
}

/** The options, checked and filled in; for a run that has options of its own, with these in their place. */
export type Policy = { readonly [O in keyof Omit<RetryOptions, "signal">]-?: Exclude<RetryOptions[O], undefined> } & {
  readonly signal: AbortSignal | undefined;
  readonly once: boolean;
  /** Whether a run reads the clock when it starts. What passed on one of the user's own cannot be learnt later. */
  readonly readsClock: boolean;
};

export function checkRunOptions(options: RunOptions): Pick<Policy, "signal" | "once"> {
  const { signal, once } = checkOptions("run", options, { once: false }, { signal: signalLike });
  return { signal, once };
}

export function resolve(options: RetryOptions): Policy {
  const ownBudget = createRetryBudget();
  const {
    signal,
    budget = ownBudget,
    ...filled
  } = checkOptions(
    "createRetry",
    options,
    {
      name: "default",
      maxRetries: 3,
      backoff: exponential(),
      retryable: isRetryable as Policy["retryable"],
      attemptTimeoutMs: 3_000,
      maxElapsedMs: Infinity,
      clock: systemClock,
      random: Math.random,
    },
    { signal: signalLike, budget: undefined as unknown as Policy["budget"] },
  );
  const { maxRetries, attemptTimeoutMs, maxElapsedMs, clock } = filled;
  checkInteger("maxRetries", maxRetries, 0);
  checkNumber("attemptTimeoutMs", attemptTimeoutMs, 1);
  checkNumber("maxElapsedMs", maxElapsedMs, 1);
  if (budget !== false) checkLike("budget", budget, ownBudget);
  return { ...filled, signal, budget, once: false, readsClock: maxElapsedMs !== Infinity || clock !== systemClock };
}
