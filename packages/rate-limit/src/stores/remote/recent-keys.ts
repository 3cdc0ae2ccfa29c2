/** Longer keys are not remembered, so that a client cannot fill the memory with them. */
const longestKey = 1_024;

/** Values by key, in the order in which they were set. At most as many as given. */
export interface RecentKeys<T> {
  get(key: string): T | undefined;
  /** Whether a key can be remembered at all. */
  fits(key: string): boolean;
  /** The value that has to go before another key can be set; `undefined` while there is room. */
  displaced(): T | undefined;
  /** Sets a value as the newest. If there is no room, the oldest key is dropped. */
  set(key: string, value: T): void;
  delete(key: string): void;
}

export function createRecentKeys<T>(maxKeys: number): RecentKeys<T> {
  const values = new Map<string, T>();
  return {
    get: (key) => values.get(key),
    fits: (key) => key.length <= longestKey,
    displaced: () => (values.size < maxKeys ? undefined : values.values().next().value),
    set(key, value) {
      // Deleted first, because a key that is set again would keep its place.
      values.delete(key);
      const [oldest] = values.size < maxKeys ? [] : values.keys();
      if (oldest !== undefined) values.delete(oldest);
      values.set(key, value);
    },
    delete(key) {
      values.delete(key);
    },
  };
}
