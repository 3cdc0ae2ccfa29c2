import { checkNumber, checkOptions } from "@midguard/kernel/internal";
import { checkLimit, type LimitBase, nameLimit } from "./limit.ts";

/** A bucket of tokens that refills steadily; made by `tokenBucket`. */
export interface TokenBucket extends LimitBase {
  readonly kind: "token-bucket";
  /** Time in which one token comes back, in whole microseconds, so that every store computes with integers. */
  readonly tokenUs: number;
}

/** Options of `tokenBucket`. */
export interface TokenBucketOptions {
  /** What clients and events call this limit. @default `20-at-5-per-1s` */
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
 * the refill rate in the long run. The better choice for windows under 10 s where the clocks of machines differ.
 *
 * The bound: never more than `capacity + refillPerSecond x t` in any t seconds. A clock set back never fills it. What is
 * given back (`countIf`, `refund`) may be taken on top, also where the bucket would have been full again without it.
 *
 * It is kept as the generic cell rate algorithm (ITU-T I.371), one timestamp per key.
 *
 * @example
 * tokenBucket({ capacity: 20, refillPerSecond: 5 })
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function tokenBucket(options: TokenBucketOptions): TokenBucket {
  const given = checkOptions("tokenBucket", options, {}, { name: "", capacity: 1, refillPerSecond: 1 });
  const capacity = checkLimit("capacity", given.capacity);
  const refillPerSecond = checkNumber("refillPerSecond", given.refillPerSecond, 1e-6, 10_000);
  // Up: a token comes back late rather than early.
  const tokenUs = Math.ceil(1_000_000 / refillPerSecond);
  if (capacity * tokenUs > longestFillUs) {
    throw new RangeError(`capacity ${capacity} takes over 142 years to fill at refillPerSecond ${refillPerSecond}`);
  }
  const named = nameLimit(given.name, `bucket-${tokenUs}us`, `${capacity}-at-${refillPerSecond}-per-1s`);
  return { kind: "token-bucket", ...named, limit: capacity, tokenUs };
}

/** Tokens missing from the bucket that is full again at `fullAtUs`; a token on its way counts as missing. */
export function bucketUsed(fullAtUs: number, now: number, tokenUs: number): number {
  return Math.max(0, Math.ceil((fullAtUs - now * 1_000) / tokenUs));
}

/** How long it takes until at most `target` tokens are missing. */
export function bucketWaitMs(fullAtUs: number, now: number, tokenUs: number, target: number): number {
  return Math.max(0, Math.ceil((fullAtUs - target * tokenUs) / 1_000) - now);
}

/** When the bucket is full again, after `cost` more tokens have gone. */
export function bucketAfter(fullAtUs: number, now: number, tokenUs: number, cost: number): number {
  return Math.max(fullAtUs, now * 1_000) + cost * tokenUs;
}

/**
 * What a refund gives back, in microseconds: `cost` tokens that were taken `elapsedMs` ago, when the bucket was full
 * again after `resetAfterMs`. Not the tokens that have come back by themselves since: without the take the bucket might
 * have been full, and they would have been lost.
 */
export function bucketRefundUs(cost: number, tokenUs: number, elapsedMs: number, resetAfterMs: number): number {
  const takenUs = cost * tokenUs;
  // So long the bucket would not have been full in any case. A ms less, since `resetAfterMs` is rounded up.
  const certainUs = Math.max(0, (resetAfterMs - 1) * 1_000 - takenUs);
  return Math.max(0, takenUs - Math.max(0, elapsedMs * 1_000 - certainUs));
}
