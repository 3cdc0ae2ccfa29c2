/** Keys whose buckets were less than full when they were last seen: so they probably are the next time. */
export interface BusyKeys {
  has(key: string): boolean;
  keep(key: string, isBusy: boolean): void;
}

/** Remembers the last `most` busy keys. */
export function createBusyKeys(most: number): BusyKeys {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    keep(key, isBusy) {
      keys.delete(key);
      if (!isBusy) return;
      keys.add(key);
      // The oldest: a set keeps the order of insertion.
      for (const oldest of keys) {
        if (keys.size <= most) break;
        keys.delete(oldest);
      }
    },
  };
}
