import { createRateLimiter, memoryStore, slidingWindow } from "@midguard/rate-limit";
import { MemoryStore } from "express-rate-limit";
import { RateLimiterMemory } from "rate-limiter-flexible";

/** Takes one from a key; says whether that was allowed. */
export type Take = (key: string) => Promise<boolean>;

const hourMs = 3_600_000;

/** What our store may take, in bytes. */
export interface Size {
  readonly maxBytes?: number;
}

function midguard(limit: number, windows: readonly ("1h" | "6h" | "1d")[], size: Size): Take {
  const limits = windows.map((window) => slidingWindow(limit, window));
  const limiter = createRateLimiter({ limits, store: memoryStore(size) });
  return async (key) => (await limiter.take(key)).allowed;
}

/** Limiters in memory by name, each of `limit` an hour. */
export const limiters: Readonly<Record<string, (limit: number, size: Size) => Take>> = {
  "no store": () => async (key) => key.length > 0,
  "midguard, one window": (limit, size) => midguard(limit, ["1h"], size),
  "midguard, three windows": (limit, size) => midguard(limit, ["1h", "6h", "1d"], size),
  "rate-limiter-flexible 11.4.0": (points) => {
    const limiter = new RateLimiterMemory({ points, duration: hourMs / 1_000 });
    return (key) =>
      limiter.consume(key).then(
        () => true,
        () => false,
      );
  },
  "express-rate-limit 8.7.5": (limit) => {
    const store = new MemoryStore();
    store.init({ windowMs: hourMs } as never);
    return async (key) => (await store.increment(key)).totalHits <= limit;
  },
};
