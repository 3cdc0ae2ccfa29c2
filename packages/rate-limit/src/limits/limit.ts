import { limitRule } from "./limit-base.ts";
import type { Quota } from "./quota.ts";
import type { SlidingWindow } from "./sliding-window.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** A limit, as made by `slidingWindow`, `quota` or `tokenBucket`: plain data, distinguished by `kind`. */
export type Limit = SlidingWindow | Quota | TokenBucket;

/** A store keeps all limits of a key in one small record. */
const maxLimits = 8;
const kinds: readonly unknown[] = ["sliding-window", "quota", "token-bucket"];

/** One limit or several as a list. Throws if there are none or too many, or if two cannot be kept apart. */
export function checkLimits(owner: string, value: Limit | readonly Limit[]): readonly Limit[] {
  const limits: readonly Limit[] = Array.isArray(value) ? value : [value];
  if (limits.length < 1 || limits.length > maxLimits) {
    throw new RangeError(`${owner}: limits must be 1 to ${maxLimits}, got ${limits.length}`);
  }
  const seen = new Set<string>();
  for (const limit of limits) {
    if (!kinds.includes(limit?.kind) || typeof limit.name !== "string" || typeof limit.id !== "string") {
      const given = JSON.stringify(limit);
      throw new TypeError(`${owner}: limits must be made by slidingWindow, quota or tokenBucket, got ${given}`);
    }
    limitRule(`${owner}: limit of limits`, limit.limit);
    if (seen.has(`name ${limit.name}`))
      throw new RangeError(`${owner}: two limits are named ${JSON.stringify(limit.name)}`);
    if (seen.has(`id ${limit.id}`)) {
      throw new RangeError(
        `${owner}: two limits share the window of ${JSON.stringify(limit.name)}; give them names of their own`,
      );
    }
    seen.add(`name ${limit.name}`).add(`id ${limit.id}`);
  }
  return limits;
}
