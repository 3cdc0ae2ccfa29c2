import { randomUUID } from "node:crypto";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOracle } from "../../../fixtures/oracle.ts";
import { type ClockedStore, clockedStore } from "../../../fixtures/redis-clock.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { Decision } from "../../store/decision.ts";
import type { StoreRequest } from "../../store/store.ts";
import { memoryStore } from "../memory/memory-store.ts";

const dayMs = 86_400_000;

/** Lists of limits by the numbers that they hold: windows short and long, of every kind. */
const lists: readonly ((most: number) => readonly Limit[])[] = [
  (most) => [slidingWindow(most, 40)],
  (most) => [slidingWindow(most, 997, { strict: true })],
  (most) => [tokenBucket({ capacity: most, refillPerSecond: 30 })],
  (most) => [slidingWindow(most, 50), slidingWindow(3 * most, "1s"), quota(9 * most, "hour")],
  (most) => [slidingWindow(most, "30d"), quota(most, "month"), quota(most + 3, "year")],
  (most) => [
    quota(most, "day", { timeZone: "Europe/Berlin" }),
    slidingWindow(most, "1h", { strict: true }),
    tokenBucket({ capacity: most + 2, refillPerSecond: 0.001 }),
  ],
];

/** Turns of months and years, a leap day, and both nights in which Berlin's clocks change. */
const starts = [
  "2026-01-01T00:00:00.000Z",
  "2026-12-31T23:59:59.990Z",
  "2028-02-28T23:59:59.900Z",
  "2028-02-29T23:59:59.900Z",
  "2026-03-28T22:59:59.900Z",
  "2026-03-29T21:59:59.900Z",
  "2026-10-24T21:59:59.900Z",
  "2026-10-25T22:59:59.900Z",
].map((text) => Date.parse(text));

const pause = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 2_000 }),
  fc.integer({ min: 1, max: 40 * dayMs }),
);
const cost = fc.integer({ min: 0, max: 6 });

describe.runIf(hasRedisServer())("redisStore, for any sequence of calls", () => {
  const { signal } = new AbortController();
  let server: RedisServer;
  let clocked: ClockedStore;
  beforeAll(async () => {
    server = await startRedisServer();
    clocked = clockedStore(server.port);
  });
  afterAll(async () => {
    clocked.close();
    await server.stop();
  });

  it("decides as an oracle does that adds up everything ever charged", async () => {
    const takes = fc.array(fc.record({ pause, cost }), { minLength: 1, maxLength: 25 });
    const property = fc.asyncProperty(
      fc.constantFrom(...lists),
      fc.constantFrom(...starts),
      fc.integer({ min: 1, max: 5 }),
      takes,
      async (list, start, most, calls) => {
        const limits = list(most);
        const key = randomUUID();
        const decide = createOracle();
        let now = start;
        for (const { pause: passed, cost: taken } of calls) {
          now += passed;
          await clocked.setTime(now);
          const decision = await clocked.store.take({ key, cost: taken, now, limits }, signal);
          const { allowed, retryAfterMs, violated, limits: states } = decision;
          expect({ allowed, retryAfterMs, violated, limits: states }).toEqual(decide(limits, now, taken));
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  }, 60_000);

  it("takes, peeks, refunds and resets as the memory store does, with changing numbers", async () => {
    const call = fc.record({
      pause,
      cost,
      most: fc.integer({ min: 1, max: 6 }),
      refunds: fc.integer({ min: 0, max: 8 }),
    });
    const property = fc.asyncProperty(
      fc.constantFrom(...lists),
      fc.constantFrom(...starts),
      fc.array(call, { minLength: 1, maxLength: 25 }),
      async (list, start, calls) => {
        const key = randomUUID();
        const memory = memoryStore();
        let taken: [StoreRequest, Decision, Decision][] = [];
        let now = start;
        for (const { pause: passed, cost: wanted, most, refunds } of calls) {
          now += passed;
          await clocked.setTime(now);
          const request = { key, cost: wanted, now, limits: list(most).map((limit) => ({ ...limit, name: limit.id })) };
          if (refunds === 8) {
            await clocked.store.reset(key, signal);
            await memory.reset(key, signal);
            taken = [];
          }
          // The latest takes, the last one first.
          for (const [charged, here, there] of refunds < 4 ? taken.splice(-refunds, refunds) : []) {
            await clocked.store.refund(charged, here, now, signal);
            await memory.refund(charged, there, now, signal);
          }
          expect(await clocked.store.peek(request, signal)).toEqual(await memory.peek(request, signal));
          const here = await clocked.store.take(request, signal);
          const there = memory.takeSync(request);
          expect({ ...here }).toEqual({ ...there });
          if (here.allowed) taken.push([request, here, there]);
        }
      },
    );
    await fc.assert(property, { numRuns: 300 });
  }, 60_000);

  it("admits nothing more when the server's clock is set back, and blocks no key until the old time", async () => {
    const kinds = fc.constantFrom<readonly Limit[]>(
      [slidingWindow(5, "1s")],
      [slidingWindow(5, "1s", { strict: true })],
      [tokenBucket({ capacity: 5, refillPerSecond: 5 })],
      [quota(5, "hour")],
    );
    const back = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 900 * dayMs }));
    const property = fc.asyncProperty(kinds, fc.integer({ min: 0, max: 5 }), back, async (limits, used, backMs) => {
      const key = randomUUID();
      const start = Date.UTC(2026, 5, 1) + 600;
      const take = async (now: number, wanted: number) => {
        await clocked.setTime(now);
        return clocked.store.take({ key, cost: wanted, now, limits }, signal);
      };
      await take(start, used);
      const early = await take(start - backMs, 0);
      expect(early.remaining).toBeLessThanOrEqual(5 - used);
      expect(early.resetAfterMs).toBeLessThanOrEqual(3 * (limits[0]?.kind === "quota" ? 3_600_000 : 1_000));
      const later = await take(start - backMs + early.resetAfterMs, 0);
      expect(later.remaining).toBe(5);
    });
    await fc.assert(property, { numRuns: 100 });
  }, 60_000);
});
