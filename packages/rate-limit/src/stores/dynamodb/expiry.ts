import { type Item, lastsUntil } from "./item.ts";
import { skewMs } from "./label.ts";
import type { Plan } from "./plan.ts";

/** When items expire. DynamoDB deletes them some time later. */
export interface Expiry {
  /** When an item expires that is written now, in epoch seconds. */
  after(plan: Plan, now: number): number;
  /**
   * When an item must expire that was written now, if that is later: the key may also have counts of other limits,
   * which last longer. Remembers that.
   */
  correct(plan: Plan, item: Item, now: number): number | undefined;
}

/** Epoch seconds by which every clock has passed `ms`. */
function secondsPast(ms: number): number {
  return Math.ceil((ms + skewMs) / 1_000);
}

/** The expiry of a store's items. */
export function createExpiry(): Expiry {
  /** How long keys of a plan last because of other limits, in ms. */
  const longest = new WeakMap<Plan, number>();

  function after(plan: Plan, now: number): number {
    // As for a clock that is ahead: its takes must not make the item look as if it had other limits.
    const own = plan.counters.map((counter) => counter.lastsUntil(now + skewMs));
    return secondsPast(Math.max(now + (longest.get(plan) ?? 0), ...own));
  }

  return {
    after,
    correct(plan, item, now) {
      const until = lastsUntil(item);
      if (secondsPast(until) <= after(plan, now)) return undefined;
      longest.set(plan, until - now);
      return secondsPast(until);
    },
  };
}
