import { type Clock, type Outcome, systemClock } from "@midguard/kernel";
import {
  abortSignal,
  callback,
  flag,
  number,
  optionsOf,
  type Rule,
  readOptions,
  shape,
  text,
  viewOf,
  wholeNumber,
} from "@midguard/kernel/internal";
import { type Backoff, exponential } from "./decisions/backoff.ts";
import { createRetryBudget, defaultCapacity, type RetryBudget } from "./decisions/budget.ts";
import { isRetryable, type Verdict } from "./decisions/retryable.ts";

/** Options of {@link createRetry}. */
export interface RetryOptions {
  /** The dependency's name: `source` of the events. @default "default" */
  readonly name?: string | undefined;
  /** Attempts after the first, as far as the budget pays for them: in Lambda the first call may make one. @default 3 */
  readonly maxRetries?: number | undefined;
  /** @default exponential({ baseMs: 100, maxMs: 2_000, jitter: "full" }) */
  readonly backoff?: Backoff | undefined;
  /**
   * Whether an outcome, error or value, is a failure that may pass. `{ afterMs }` retries no sooner than that; `true` no
   * sooner than the failure's own `Retry-After`. Replaces the default. If it throws, the failure is not retried.
   *
   * @default isRetryable
   */
  readonly retryable?: ((outcome: Outcome) => Verdict) | undefined;
  /** How long an attempt may take, in ms; never past the deadline. `Infinity` for no limit of its own. @default 3_000 */
  readonly attemptTimeoutMs?: number | undefined;
  /** How long a run may take, in ms, if the deadline does not end it before. @default Infinity */
  readonly maxElapsedMs?: number | undefined;
  /** Shared by the policies of one dependency; `false` for no budget. @default createRetryBudget() */
  readonly budget?: RetryBudget | false | undefined;
  /** Ends every run of this policy when it aborts. The signal of one call is an option of `run`. */
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
};

const isBudget = shape<RetryBudget>(
  { spend: callback(), refund: callback(), earn: callback(), tokens: number({ min: -Infinity }) },
  "false or made by createRetryBudget()",
);
const budgetOrFalse: Rule<RetryBudget | false> = (name, value) => value !== false && isBudget(name, value);

const hints = {
  ...optionsOf("retry()", "maxRetriesPerInvocation", "reserveMs", "gatewayTimeoutMs", "answerFailures"),
  ...optionsOf("createRetryBudget()", "capacity", "initial", "perSuccess", "timeoutCost"),
  ...optionsOf("exponential()", "baseMs", "maxMs", "jitter"),
  ...optionsOf("the policy's run()", "once"),
};

/** Checks the options of a policy, and fills in the defaults. */
export function readPolicy(options: RetryOptions): Policy {
  const rules = {
    name: text,
    maxRetries: wholeNumber(),
    backoff: callback<Backoff>("a function such as exponential() or constant(100)"),
    retryable: callback<Policy["retryable"]>(),
    attemptTimeoutMs: number({ min: 1 }),
    maxElapsedMs: number({ min: 1 }),
    budget: budgetOrFalse,
    signal: abortSignal,
    clock: shape<Clock>({ now: callback(), sleep: callback() }),
    random: callback<() => number>(),
  };
  const { budget, signal, ...filled } = readOptions(
    "createRetry",
    options,
    rules,
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
    hints,
  );
  // Another clock than the system's is a test's: its budget is that of a process outside of Lambda.
  const budgetOptions = filled.clock === systemClock ? {} : { initial: defaultCapacity, timeoutCost: 1 };
  return {
    ...filled,
    budget: budget ?? createRetryBudget(budgetOptions),
    signal: signal && viewOf(signal),
    once: false,
  };
}

/** Checks the options of a run, and fills in the defaults. */
export function readRunOptions(options: RunOptions): Pick<Policy, "signal" | "once"> {
  const { signal, once } = readOptions("run", options, { signal: abortSignal, once: flag }, { once: false });
  return { signal: signal && viewOf(signal), once };
}
