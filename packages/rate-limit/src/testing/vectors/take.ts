/** One take of `cost` from one limit, and what every store must decide about it. */
export interface Take {
  readonly limit: number;
  readonly cost: number;
  readonly allowed: boolean;
  /** What is left after the take. */
  readonly remaining: number;
  /** Milliseconds until `cost` has room; 0 if it is allowed, `Infinity` if it never has. */
  readonly retryAfterMs: number;
  /** Milliseconds until everything may be taken again, after the take. */
  readonly resetAfterMs: number;
}

/** The last columns of every table. */
export type Outcome = [
  limit: number,
  cost: number,
  allowed: boolean,
  remaining: number,
  retryMs: number,
  resetMs: number,
];

/** A take from the last columns of a table. */
export function takeOf([limit, cost, allowed, remaining, retryAfterMs, resetAfterMs]: Outcome): Take {
  return { limit, cost, allowed, remaining, retryAfterMs, resetAfterMs };
}
