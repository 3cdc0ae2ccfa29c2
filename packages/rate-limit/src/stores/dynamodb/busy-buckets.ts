import type { Item } from "./item.ts";
import type { Plan } from "./plan.ts";

/** Remembers which buckets were less than full when they were last seen: so they probably are the next time. */
export interface BusyBuckets {
  /** Whether the bucket of this name was. */
  of(key: string): (name: string) => boolean;
  /** Keeps what an item shows, of which `cost` was taken just now. */
  keep(key: string, { buckets }: Plan, item: Item, take: { readonly now: number; readonly cost: number }): void;
}

/** Remembers the last `most` busy buckets. */
export function createBusyBuckets(most: number): BusyBuckets {
  const busy = new Set<string>();
  return {
    of: (key) => (name) => busy.has(`${name} ${key}`),
    keep(key, { buckets }, item, { now, cost }) {
      for (const { name, count } of buckets) {
        busy.delete(`${name} ${key}`);
        if (count(item, now).used > cost) busy.add(`${name} ${key}`);
      }
      // The oldest first: a set keeps the order of insertion.
      for (const oldest of busy) {
        if (busy.size <= most) break;
        busy.delete(oldest);
      }
    },
  };
}
