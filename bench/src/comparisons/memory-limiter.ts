import { createRateLimiter, type Decision, type Limit, slidingWindow } from "@midguard/rate-limit";
import { MemoryStore } from "express-rate-limit";
import { RateLimiterMemory, RateLimiterUnion } from "rate-limiter-flexible";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { type Contestant, type Job, timeAll } from "../timing.ts";

const keys = Array.from({ length: 50_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`);
/** So high that nothing is rejected. */
const generous = 1_000_000;
const hourMs = 3_600_000;

/** Takes from a limiter as its users do. */
type Take = (key: string) => Promise<unknown>;

/** A limiter: how one takes from it, and how one sees in the answer whether that was allowed. */
interface Taker {
  readonly name: string;
  readonly take: Take;
  allowed(answer: unknown): boolean;
}

function midguard(limits: readonly Limit[]): Taker {
  const limiter = createRateLimiter({ limits });
  const allowed = (answer: unknown): boolean => (answer as Decision).allowed;
  return { name: "midguard", take: (key) => limiter.take(key), allowed };
}

function windows(limit: number): readonly [Limit, Limit, Limit] {
  return [slidingWindow(limit, "1h"), slidingWindow(limit, "6h"), slidingWindow(limit, "1d")];
}

function flexible(points: number, durationsMs: readonly number[]): Taker {
  const limiters = durationsMs.map(
    (ms) => new RateLimiterMemory({ points, duration: ms / 1_000, keyPrefix: String(ms) }),
  );
  const [first] = limiters;
  const isOne = limiters.length === 1 && first !== undefined;
  const limiter = isOne ? first : new RateLimiterUnion(...limiters);
  return {
    name: `rate-limiter-flexible 11.4.0${isOne ? "" : " Union"}`,
    take: (key) => limiter.consume(key),
    allowed: (answer) => answer !== undefined,
  };
}

function express(limit: number): Taker {
  const store = new MemoryStore();
  store.init({ windowMs: hourMs } as never);
  const allowed = (answer: unknown): boolean => (answer as { totalHits: number }).totalHits <= limit;
  return { name: "express-rate-limit 8.7.5", take: (key) => store.increment(key), allowed };
}

function plainMap(limit: number): Taker {
  const counts = new Map<string, { window: number; count: number }>();
  async function take(key: string): Promise<number> {
    const window = Math.floor(Date.now() / hourMs);
    const entry = counts.get(key);
    if (entry?.window === window) {
      entry.count += 1;
      return entry.count;
    }
    counts.set(key, { window, count: 1 });
    return 1;
  }
  return { name: "a plain Map", take, allowed: (answer) => (answer as number) <= limit };
}

const oneWindow = (limit: number): readonly Taker[] => [
  midguard(windows(limit).slice(0, 1)),
  flexible(limit, [hourMs]),
  express(limit),
  plainMap(limit),
];

const threeWindows = (limit: number): readonly Taker[] => [
  midguard(windows(limit)),
  flexible(limit, [hourMs, 6 * hourMs, 24 * hourMs]),
];

function oldKey(): () => string {
  let next = 0;
  return () => {
    next = next + 1 === keys.length ? 0 : next + 1;
    return keys[next] as string;
  };
}

function newKey(): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `new-${made}`;
  };
}

function jobOf(name: string, keyMaker: () => () => string, isAllowed: boolean, takers: readonly Taker[]): Job {
  const bare: Taker = { name: "a bare async call", take: async (key) => key.length > 0, allowed: () => isAllowed };
  const contestants = [bare, ...takers].map(({ name: contestant, take, allowed }): Contestant => {
    const key = keyMaker();
    return { name: contestant, call: () => take(key()), check: (answer) => allowed(answer) === isAllowed };
  });
  return { name, contestants };
}

/** Takes once from every key before anything is timed: then they are known, and a limit of one is used up. */
async function known(takers: readonly Taker[]): Promise<readonly Taker[]> {
  for (const { take } of takers) for (const key of keys) await take(key);
  return takers;
}

/** With its rejections caught, as a user of a limiter that rejects must. */
function caught({ take, ...taker }: Taker): Taker {
  async function attempt(key: string): Promise<unknown> {
    try {
      return await take(key);
    } catch (rejection) {
      if (rejection instanceof Error) throw rejection;
      return undefined;
    }
  }
  return { ...taker, take: taker.name.startsWith("rate-limiter-flexible") ? attempt : take };
}

async function usedUp(takers: readonly Taker[]): Promise<readonly Taker[]> {
  return (await known(takers)).map(caught);
}

export const memoryLimiter: Comparison = {
  name: "memory-limiter",
  title: "Taking from a limiter in memory, 50,000 keys",
  processes: timedProcesses,
  async run(effort) {
    return timeAll(
      [
        jobOf("one window, known keys", oldKey, true, await known(oneWindow(generous))),
        jobOf("three windows, known keys", oldKey, true, await known(threeWindows(generous))),
        jobOf("one window, blocked keys", oldKey, false, await usedUp(oneWindow(1))),
        jobOf("three windows, blocked keys", oldKey, false, await usedUp(threeWindows(1))),
        jobOf("one window, new keys", newKey, true, oneWindow(generous)),
        jobOf("three windows, new keys", newKey, true, threeWindows(generous)),
      ],
      effort,
    );
  },
};
