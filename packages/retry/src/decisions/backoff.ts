import { number, oneOf, readOptions } from "@midguard/kernel/internal";

/**
 * How long to wait before a retry, in ms. A pure function, so that one backoff serves any number of runs at once.
 * `attempt` is the number of the attempt that failed, from 1. `previousMs` is the backoff before the last retry of the same
 * run, 0 at first. `random` returns numbers in [0, 1).
 */
export type Backoff = (attempt: number, previousMs: number, random: () => number) => number;

/** How much of a delay is random: all of it, its second half, or nothing. */
export type Jitter = "full" | "equal" | "none";

const randomShare = { full: 1, equal: 0.5, none: 0 };

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The upper end of the first delay, in ms. @default 100 */
  readonly baseMs?: number | undefined;
  /** The longest delay, in ms. @default 2_000 */
  readonly maxMs?: number | undefined;
  /** @default "full" */
  readonly jitter?: Jitter | undefined;
}

/** Options of {@link decorrelated}. */
export interface DecorrelatedOptions {
  /** The shortest delay, in ms. @default 100 */
  readonly baseMs?: number | undefined;
  /** The longest delay, in ms. @default 2_000 */
  readonly maxMs?: number | undefined;
}

/**
 * Delays whose upper end doubles: `baseMs`, twice that, and so on up to `maxMs`. The cap comes before the jitter, so
 * that callers which have reached it stay spread out.
 *
 * @example
 * createRetry({ backoff: exponential({ baseMs: 50, maxMs: 1_000, jitter: "equal" }) });
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @throws TypeError or RangeError for a bad option.
 */
export function exponential(options: ExponentialOptions = {}): Backoff {
  const rules = { baseMs: number(), maxMs: number(), jitter: oneOf("full", "equal", "none") };
  const defaults = { baseMs: 100, maxMs: 2_000, jitter: "full" as Jitter };
  const { baseMs, maxMs, jitter } = readOptions("exponential", options, rules, defaults);
  number({ min: baseMs })("exponential: maxMs", maxMs);
  const share = randomShare[jitter];
  return function exponentialBackoff(attempt, _previousMs, random) {
    // 0 * 2 ** 1024 would be NaN.
    const capMs = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 1_000));
    return capMs * (1 - share + share * random());
  };
}

/**
 * The same delay before every retry, without jitter.
 *
 * @example
 * createRetry({ backoff: constant(250) });
 *
 * @throws TypeError or RangeError for a bad delay.
 */
export function constant(delayMs: number): Backoff {
  number()("constant: delayMs", delayMs);
  return function constantBackoff() {
    return delayMs;
  };
}

/**
 * Random delays between `baseMs` and three times the delay before, up to `maxMs`. They grow independently of
 * the number of the attempt.
 *
 * @example
 * createRetry({ backoff: decorrelated({ baseMs: 50, maxMs: 1_000 }) });
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @throws TypeError or RangeError for a bad option.
 */
export function decorrelated(options: DecorrelatedOptions = {}): Backoff {
  const rules = { baseMs: number(), maxMs: number() };
  const { baseMs, maxMs } = readOptions("decorrelated", options, rules, { baseMs: 100, maxMs: 2_000 });
  number({ min: baseMs })("decorrelated: maxMs", maxMs);
  return function decorrelatedBackoff(_attempt, previousMs, random) {
    const capMs = Math.min(maxMs, 3 * Math.max(previousMs, baseMs));
    return baseMs + random() * (capMs - baseMs);
  };
}
