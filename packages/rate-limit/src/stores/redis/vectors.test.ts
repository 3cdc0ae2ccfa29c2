import { randomUUID } from "node:crypto";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClockedStore, clockedStore } from "../../../fixtures/redis-clock.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { strictPartAt } from "../../limits/strict-window.ts";
import type { TokenBucket } from "../../limits/token-bucket.ts";
import type { Decision } from "../../store/decision.ts";
import { quotaVectors, slidingWindowVectors, strictWindowVectors, tokenBucketVectors } from "../../testing/index.ts";

/** What was taken before, and when. */
type Past = readonly (readonly [at: number, cost: number])[];

describe.runIf(hasRedisServer())("the published vectors hold for the Lua scripts", () => {
  const { signal } = new AbortController();
  const name = "vector";
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

  /** Takes what was taken before, with room for all of it, and then what the vector takes. */
  async function decisionOf(limits: readonly [own: Limit, room: Limit], past: Past, at: number, cost: number) {
    const key = randomUUID();
    const take = async (limit: Limit, now: number, taken: number): Promise<Decision> => {
      await clocked.setTime(now);
      return clocked.store.take({ key, cost: taken, now, limits: [limit] }, signal);
    };
    for (const [then, taken] of past) expect((await take(limits[1], then, taken)).allowed).toBe(true);
    return take(limits[0], at, cost);
  }

  it.each(slidingWindowVectors)("sliding window: %j", async (vector) => {
    const { windowMs, previous, current, elapsedMs, limit, cost, ...expected } = vector;
    const start = Math.ceil(Date.UTC(2026, 0, 1) / windowMs) * windowMs;
    const past: Past = [
      [start - windowMs, previous],
      [start, current],
    ];
    const most = Math.min(1_000_000_000, Math.floor(2 ** 53 / windowMs));
    const limits = [slidingWindow(limit, windowMs, { name }), slidingWindow(most, windowMs, { name })] as const;
    expect(await decisionOf(limits, past, start + elapsedMs, cost)).toMatchObject(expected);
  });

  it.each(strictWindowVectors)("strict window: %j", async (vector) => {
    const { windowMs, counts, now, limit, cost, ...expected } = vector;
    const oldest = strictPartAt(now, windowMs) - 12;
    const past = counts.map((count, index) => [Math.ceil(((oldest + index) * windowMs) / 12), count] as const);
    const strict = (most: number) => slidingWindow(most, windowMs, { name, strict: true });
    const taken = past.filter(([at]) => at >= 0 && at <= now);
    expect(await decisionOf([strict(limit), strict(1_000)], taken, now, cost)).toMatchObject(expected);
  });

  it.each(quotaVectors)("quota: %j", async (vector) => {
    const { unit, timeZone, used, limit, cost, now: text, ...expected } = vector;
    const now = Date.parse(text);
    const limits = [quota(limit, unit, { name, timeZone }), quota(1_000, unit, { name, timeZone })] as const;
    expect(await decisionOf(limits, [[now, used]], now, cost)).toMatchObject(expected);
  });

  it.each(tokenBucketVectors)("token bucket: %j", async (vector) => {
    const { tokenUs, fullAtUs, now, limit, cost, ...expected } = vector;
    const bucket: TokenBucket = { kind: "token-bucket", name, id: name, limit, tokenUs };
    // Tokens taken at a whole ms from a full bucket: it is full again when all of them have come back.
    const tokens = Array.from({ length: limit + 1 }, (_, count) => count);
    const taken = tokens.find(
      (count) => (fullAtUs - count * tokenUs) % 1_000 === 0 && fullAtUs - count * tokenUs <= now * 1_000,
    );
    const past: Past = fullAtUs === 0 ? [] : [[(fullAtUs - (taken as number) * tokenUs) / 1_000, taken as number]];
    expect(await decisionOf([bucket, bucket], past, now, cost)).toMatchObject(expected);
  });
});
