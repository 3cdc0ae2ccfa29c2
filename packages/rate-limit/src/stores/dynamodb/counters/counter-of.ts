import type { Limit } from "../../../limits/limit.ts";
import { bucketCounter } from "./bucket-counter.ts";
import type { Counter } from "./counter.ts";
import { quotaCounter } from "./quota-counter.ts";
import { slidingCounter } from "./sliding-counter.ts";

/** The counter of a limit. Throws a `RangeError` for a strict window: a condition cannot add up its parts. */
export function counterOf(limit: Limit): Counter {
  if (limit.kind === "quota") return quotaCounter(limit);
  if (limit.kind === "token-bucket") return bucketCounter(limit);
  if (!limit.strict) return slidingCounter(limit);
  throw new RangeError(
    `dynamoDbStore: limit "${limit.name}" must not be strict; use slidingWindow without strict, tokenBucket, or another store`,
  );
}
