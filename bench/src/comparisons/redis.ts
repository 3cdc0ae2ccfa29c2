import { startRedisServer } from "@midguard/local-services";
import { redisStore } from "@midguard/rate-limit/redis";
import { Redis } from "ioredis";
import type { Comparison, Effort, Series } from "../comparison.ts";
import { flexibleRedis, midguard, type Taker } from "../limiters.ts";
import { inRounds } from "../rounds.ts";

const loadsOf: Readonly<Record<Effort, { readonly rounds: number; readonly takes: number }>> = {
  thorough: { rounds: 9, takes: 60_000 },
  quick: { rounds: 1, takes: 500 },
};
/** Takes that wait for their answers at any time. */
const parallel = 256;
const keys = Array.from({ length: 10_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`);
/** So high that nothing is rejected. */
const generous = 1_000_000;

/** Takes from all keys in turn. Returns how many answers came a second. */
async function load({ name, take, allowed }: Taker, takes: number): Promise<number> {
  let taken = 0;
  async function takeOn(): Promise<void> {
    while (taken < takes) {
      taken += 1;
      const answer = await take(keys[taken % keys.length] as string);
      if (!allowed(answer)) throw new Error(`${name} answered ${JSON.stringify(answer)}`);
    }
  }
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: parallel }, takeOn));
  return taken / ((performance.now() - startedAt) / 1_000);
}

/** Bytes of everything that is stored about one key. */
async function bytesOf(client: Redis, { take }: Taker): Promise<number> {
  const key = "198.51.100.77";
  await take(key);
  const stored = await client.keys(`*${key}*`);
  const sizes = await Promise.all(stored.map((name) => client.memory("USAGE", name)));
  await client.del(stored);
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

export const redis: Comparison = {
  name: "redis",
  title: `Taking from a limiter in Redis, three windows, ${parallel} at a time, ${keys.length.toLocaleString("en")} keys`,
  processes: 1,
  async run(effort) {
    const { rounds, takes } = loadsOf[effort];
    const server = await startRedisServer();
    const client = new Redis({ host: "127.0.0.1", port: server.port, maxRetriesPerRequest: 0 });
    try {
      const bare: Taker = {
        name: "a bare INCR",
        take: (key) => client.incr(key),
        allowed: (answer) => Number(answer) > 0,
      };
      const limiters = [
        midguard(generous, "three windows", redisStore({ client })),
        flexibleRedis(generous, "three windows", client),
      ];
      const all = [bare, ...limiters];
      const perSecond = await inRounds(all, rounds, (taker) => load(taker, takes));
      const speeds = all.map(({ name }, index): Series => {
        const base = index > 0 ? { base: bare.name } : {};
        return {
          job: "decisions a second",
          contestant: name,
          unit: "requests/s",
          samples: perSecond[index] ?? [],
          ...base,
        };
      });
      const sizes: Series[] = [];
      for (const taker of limiters) {
        const samples = [await bytesOf(client, taker)];
        sizes.push({ job: "bytes a key", contestant: taker.name, unit: "bytes", samples });
      }
      return [...speeds, ...sizes];
    } finally {
      client.disconnect();
      await server.stop();
    }
  },
};
