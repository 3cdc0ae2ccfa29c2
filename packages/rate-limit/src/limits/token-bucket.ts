import { number, readOptions, required } from "@midguard/kernel/internal";
import { type LimitBase, limitNameRule, limitRule, nameLimit } from "./limit-base.ts";

/** A bucket of tokens that refills steadily; made by `tokenBucket`. */
export interface TokenBucket extends LimitBase {
  readonly kind: "token-bucket";
  /** Time in which one token comes back, in whole microseconds, so that every store computes with integers. */
  readonly tokenUs: number;
}

/** Options of `tokenBucket`. */
export interface TokenBucketOptions {
  /** The limit's name in headers, error responses and events. @default `20-at-5-per-1s` */
  readonly name?: string | undefined;
  /** Tokens that a full bucket holds, and so the largest burst. */
  readonly capacity: number;
  /** Tokens that come back each second, up to 10_000; rounded down to one per whole number of microseconds. */
  readonly refillPerSecond: number;
}

/** A bucket takes no longer than this to fill, so that microseconds since the epoch stay exact in doubles. */
const longestFillUs = 2 ** 52;

/**
 * A bucket of `capacity` tokens, full at first, into which `refillPerSecond` come back: bursts up to the capacity, and
 * the refill rate in the long run. Prefer it for windows under 10 s if the clocks of machines differ.
 *
 * The bound: never more than `capacity + refillPerSecond x t` in any t seconds. A clock set back never fills it. What is
 * given back (`countIf`, `refund`) may be taken on top, even if the bucket would have been full again without it.
 *
 * It is stored as one timestamp per key: the generic cell rate algorithm (ITU-T I.371).
 *
 * @example
 * tokenBucket({ capacity: 20, refillPerSecond: 5 })
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  const { name, capacity, refillPerSecond } = readOptions("tokenBucket", options, {
    name: limitNameRule,
    capacity: required(limitRule),
    refillPerSecond: required(number({ min: 1e-6, max: 10_000 })),
  });
  // Up: a token comes back late rather than early.
  const tokenUs = Math.ceil(1_000_000 / refillPerSecond);
  if (capacity * tokenUs > longestFillUs) {
    throw new RangeError(
      `tokenBucket: capacity ${capacity} takes over 142 years to fill at refillPerSecond ${refillPerSecond}`,
    );
  }
  const named = nameLimit(name, `bucket-${tokenUs}us`, `${capacity}-at-${refillPerSecond}-per-1s`);
  return { kind: "token-bucket", ...named, limit: capacity, tokenUs };
}

/** What a token bucket has counted. */
export interface BucketCounts {
  /** Time in which one token comes back, in whole microseconds. */
  readonly tokenUs: number;
  /** When the bucket is full again, in epoch microseconds. */
  readonly fullAtUs: number;
}

/** How many tokens are missing at `now` (epoch ms); a token on its way counts as missing. */
export function bucketUsed({ fullAtUs, tokenUs }: BucketCounts, now: number): number {
  return Math.max(0, Math.ceil((fullAtUs - now * 1_000) / tokenUs));
}

/** Milliseconds from `now` until at most `target` tokens are missing, if nothing more is taken. */
export function bucketWaitMs({ fullAtUs, tokenUs }: BucketCounts, now: number, target: number): number {
  return Math.max(0, Math.ceil((fullAtUs - target * tokenUs) / 1_000) - now);
}

/** When the bucket is full again after `cost` more tokens were taken at `now`, in epoch microseconds. */
export function bucketFullAtUs({ fullAtUs, tokenUs }: BucketCounts, now: number, cost: number): number {
  return Math.max(fullAtUs, now * 1_000) + cost * tokenUs;
}

/** The take that a refund reverses: `cost` tokens taken `elapsedMs` ago, when the bucket was full again after `resetAfterMs`. */
export interface TakenTokens {
  readonly tokenUs: number;
  readonly cost: number;
  readonly elapsedMs: number;
  readonly resetAfterMs: number;
}

/**
 * How much earlier the bucket is full after a refund, in microseconds. Tokens that have come back by themselves since
 * are not given back: without the take the bucket might have been full, and they would have been lost.
 */
export function bucketRefundUs({ tokenUs, cost, elapsedMs, resetAfterMs }: TakenTokens): number {
  const takenUs = cost * tokenUs;
  // For this long the bucket would not have been full in any case. One ms less, because `resetAfterMs` is rounded up.
  const certainUs = Math.max(0, (resetAfterMs - 1) * 1_000 - takenUs);
  return Math.max(0, takenUs - Math.max(0, elapsedMs * 1_000 - certainUs));
}
