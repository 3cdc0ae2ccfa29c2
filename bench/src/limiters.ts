import {
  createRateLimiter,
  type Decision,
  type Limit,
  type LimitState,
  memoryStore,
  type RateLimitStore,
  type StoreRequest,
  slidingWindow,
} from "@midguard/rate-limit";
import { MemoryStore } from "express-rate-limit";
import { RateLimiterMemory } from "rate-limiter-flexible";

/** Takes one from a key; says whether that was allowed. */
export type Take = (key: string) => Promise<boolean>;

const hourMs = 3_600_000;

/** What our store may take, in bytes. */
export interface Size {
  readonly maxBytes?: number;
}

type Window = "1h" | "6h" | "1d";
const threeWindows: readonly Window[] = ["1h", "6h", "1d"];

function midguard(limit: number, windows: readonly Window[], store: RateLimitStore): Take {
  const limits = windows.map((window) => slidingWindow(limit, window));
  const limiter = createRateLimiter({ limits, store });
  return async (key) => (await limiter.take(key)).allowed;
}

/** A store that keeps nothing: its limiter leaves the collector the same answers, and nothing else. */
function forgetfulStore(): RateLimitStore {
  const stateOf = ({ name, limit }: Limit): LimitState => ({ name, limit, remaining: limit - 1, resetAfterMs: hourMs });
  function takeSync({ limits }: StoreRequest): Decision {
    const known = { remaining: 0, resetAfterMs: hourMs, retryAfterMs: 0 };
    return { allowed: true, ...known, violated: [], limits: limits.map(stateOf) };
  }
  const nothing = async (): Promise<void> => undefined;
  return {
    takeSync,
    take: async (request) => takeSync(request),
    peek: async ({ limits }) => limits.map(stateOf),
    refund: nothing,
    reset: nothing,
  };
}

/** Limiters in memory by name, each of `limit` an hour; and what ours come to without a store. */
export const limiters: Readonly<Record<string, (limit: number, size: Size) => Take>> = {
  "no store, one window": (limit) => midguard(limit, ["1h"], forgetfulStore()),
  "no store, three windows": (limit) => midguard(limit, threeWindows, forgetfulStore()),
  "midguard, one window": (limit, size) => midguard(limit, ["1h"], memoryStore(size)),
  "midguard, three windows": (limit, size) => midguard(limit, threeWindows, memoryStore(size)),
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
