import {
  createRateLimiter,
  type Decision,
  type Limit,
  type LimitState,
  type RateLimitStore,
  type StoreRequest,
  slidingWindow,
} from "@midguard/rate-limit";
import { MemoryStore } from "express-rate-limit";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterUnion } from "rate-limiter-flexible";
import { names } from "./names.ts";

/** A limiter: how to take one from a key, and how to read from the answer whether that was allowed. */
export interface Taker {
  readonly name: string;
  readonly take: (key: string) => Promise<unknown>;
  allowed(answer: unknown): boolean;
}

const hourMs = 3_600_000;
const hours = { "one window": [1], "three windows": [1, 6, 24] } as const;
export type Windows = keyof typeof hours;

/** With its default store, unless another one is given. A call that waits long for its store is no failure of the store. */
export function midguard(limit: number, windows: Windows, store?: RateLimitStore): Taker {
  const limits = hours[windows].map((count) => slidingWindow(limit, `${count}h`));
  const remote = { store, onStoreError: "deny", storeTimeoutMs: 60_000 } as const;
  const limiter = createRateLimiter({ limits, ...(store !== undefined && remote) });
  return { name: names.us, take: (key) => limiter.take(key), allowed: (answer) => (answer as Decision).allowed };
}

/** One limiter, or a union of several. */
function flexibleOf(limiters: readonly RateLimiterAbstract[], rejects: boolean): Taker {
  const [first] = limiters;
  const isOne = limiters.length === 1 && first !== undefined;
  const limiter = isOne ? first : new RateLimiterUnion(...limiters);
  async function attempt(key: string): Promise<unknown> {
    try {
      return await limiter.consume(key);
    } catch (rejection) {
      if (rejection instanceof Error) throw rejection;
      return undefined;
    }
  }
  return {
    name: isOne ? names.flexible : `${names.flexible} Union`,
    take: rejects ? attempt : (key) => limiter.consume(key),
    allowed: (answer) => answer !== undefined,
  };
}

function flexibleOptions(points: number, windows: Windows) {
  return hours[windows].map((count) => ({ points, duration: (count * hourMs) / 1_000, keyPrefix: String(count) }));
}

/** In memory. Catches its rejections, as users must, if any are expected. */
export function flexible(points: number, windows: Windows, rejects: boolean): Taker {
  const limiters = flexibleOptions(points, windows).map((options) => new RateLimiterMemory(options));
  return flexibleOf(limiters, rejects);
}

/** In Redis, by a client of ioredis. */
export function flexibleRedis(points: number, windows: Windows, storeClient: object): Taker {
  const limiters = flexibleOptions(points, windows).map((options) => new RateLimiterRedis({ ...options, storeClient }));
  return flexibleOf(limiters, false);
}

export function express(limit: number): Taker {
  const store = new MemoryStore();
  store.init({ windowMs: hourMs } as never);
  const allowed = (answer: unknown): boolean => (answer as { totalHits: number }).totalHits <= limit;
  return { name: names.express, take: (key) => store.increment(key), allowed };
}

/** A store that keeps nothing: its limiter leaves the collector the same answers, and nothing else. */
export function forgetfulStore(): RateLimitStore {
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
