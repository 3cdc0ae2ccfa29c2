import { type Comparison, timedProcesses } from "../comparison.ts";
import { express, flexible, midguard, type Taker, type Windows } from "../limiters.ts";
import { type Contestant, type Job, timeAll } from "../timing.ts";

const keys = Array.from({ length: 50_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`);
/** So high that nothing is rejected. */
const generous = 1_000_000;
const hourMs = 3_600_000;

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

/** Limiters with a used-up limit may reject; users must catch that. */
function takers(limit: number, windows: Windows, rejects: boolean): readonly Taker[] {
  const both = [midguard(limit, windows), flexible(limit, windows, rejects)];
  return windows === "one window" ? [...both, express(limit), plainMap(limit)] : both;
}

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

function jobOf(name: string, keyMaker: () => () => string, isAllowed: boolean, all: readonly Taker[]): Job {
  const bare: Taker = { name: "a bare async call", take: async (key) => key.length > 0, allowed: () => isAllowed };
  const contestants = [bare, ...all].map(({ name: contestant, take, allowed }): Contestant => {
    const key = keyMaker();
    return { name: contestant, call: () => take(key()), check: (answer) => allowed(answer) === isAllowed };
  });
  return { name, contestants };
}

/** Takes once from every key before the timing: then every key is known, and a limit of one is used up. */
async function known(all: readonly Taker[]): Promise<readonly Taker[]> {
  for (const { take } of all) for (const key of keys) await take(key);
  return all;
}

export const memoryLimiter: Comparison = {
  name: "memory-limiter",
  title: "Taking from a limiter in memory, 50,000 keys",
  processes: timedProcesses,
  async run(effort) {
    return timeAll(
      [
        jobOf("one window, known keys", oldKey, true, await known(takers(generous, "one window", false))),
        jobOf("three windows, known keys", oldKey, true, await known(takers(generous, "three windows", false))),
        jobOf("one window, blocked keys", oldKey, false, await known(takers(1, "one window", true))),
        jobOf("three windows, blocked keys", oldKey, false, await known(takers(1, "three windows", true))),
        jobOf("one window, new keys", newKey, true, takers(generous, "one window", false)),
        jobOf("three windows, new keys", newKey, true, takers(generous, "three windows", false)),
      ],
      effort,
    );
  },
};
