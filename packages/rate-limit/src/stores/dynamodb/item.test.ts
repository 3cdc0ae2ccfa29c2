import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { freshKey } from "../../testing/harness.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { dynamoDbStore } from "./dynamodb-store.ts";
import { lastsUntil, overWindows, sizeOf } from "./item.ts";
import { createPlans } from "./plan.ts";
import { describeWithTable, meter, tableName } from "./testing/local-table.ts";

const { signal } = new AbortController();
const now = Date.UTC(2026, 10, 28, 12, 0, 0, 500);
const nearMidnight = Date.UTC(2026, 10, 28, 23, 59, 56);
const second = 1_000;
const day = 86_400 * second;

describeWithTable("the item of a key", (table) => {
  async function itemOf(key: string) {
    const { Item } = await table.client.send(new GetItemCommand({ TableName: tableName, Key: { id: { S: key } } }));
    return Item;
  }

  const expiresAt = async (key: string) => Number((await itemOf(key))?.expiresAt?.N) * second;

  it("has a count for each window, its generation and its expiry", async () => {
    const [key, store] = [freshKey(), table.newStore()];
    const limits = [
      slidingWindow(10, "1s"),
      quota(5, "month", { name: "customers", timeZone: "America/New_York" }),
      tokenBucket({ capacity: 20, refillPerSecond: 5 }),
    ];
    await store.take({ key, cost: 2, now, limits }, signal);
    const { id, expiresAt: expiry, ".gen": generation, ...counts } = (await itemOf(key)) ?? {};
    expect(id).toEqual({ S: key });
    expect(Number(generation?.N)).toBeGreaterThanOrEqual(0);
    const end = Date.UTC(2026, 11, 1, 5);
    expect(Number(expiry?.N) * second).toBe(end + 5 * second);
    expect(Object.entries(counts)).toEqual(
      expect.arrayContaining([
        [`1s.${Date.UTC(2026, 10, 28, 12, 0, 2).toString(36)}`, { N: "2" }],
        [expect.stringMatching(`^customers/m~[\\w-]{8}\\.${end.toString(36)}$`), { N: "2" }],
        ["bucket-200000us.", { N: String((now + 400) * 1_000) }],
      ]),
    );
    expect(Object.keys(counts)).toHaveLength(3);
  });

  it("has the attributes that you name", async () => {
    await table.local.createTable("other", { partition: "pk" });
    const store = dynamoDbStore({ client: table.client, tableName: "other", keyAttribute: "pk", ttlAttribute: "ttl" });
    await store.connect?.();
    await store.take({ key: "k", cost: 1, now, limits: [quota(5, "day")] }, signal);
    const { Item } = await table.client.send(new GetItemCommand({ TableName: "other", Key: { pk: { S: "k" } } }));
    expect(Object.keys(Item ?? {}).sort()).toEqual([".gen", expect.stringMatching("^day."), "pk", "ttl"].sort());
  });

  it("keeps windows for clocks that are 5 s behind, and no longer", async () => {
    const limits = [slidingWindow(3, "1s"), quota(9, "day")];
    // The window is needed for 2 s, and then for 5 s by clocks that are behind.
    for (const [ahead, windows] of [
      [6_000, 2],
      [7_000, 1],
    ] as const) {
      const [key, store] = [freshKey(), table.newStore()];
      await store.take({ key, cost: 1, now, limits }, signal);
      await store.take({ key, cost: 1, now: now + ahead, limits }, signal);
      const labels = Object.keys((await itemOf(key)) ?? {}).filter((name) => name.startsWith("1s."));
      expect(labels).toHaveLength(windows);
    }
  });

  it("does not keep what past periods, renamed limits and other callers' limits left behind", async () => {
    const [key, store] = [freshKey(), table.newStore()];
    const lists = [
      [slidingWindow(5, "2s"), quota(50, "day")],
      [slidingWindow(5, "3s", { name: "renamed" }), quota(50, "hour")],
    ];
    let time = now;
    for (let call = 0; call < 120; call += 1) {
      time += 600_000;
      await store.take({ key, cost: 1, now: time, limits: lists[call % 2] ?? [] }, signal);
    }
    expect(overWindows(await itemOf(key), time).length).toBeLessThan(24);
    expect(sizeOf(await itemOf(key))).toBeLessThan(1_024);
  });

  it("stays under 1 KB with long names, by more writes", async () => {
    const client = table.newClient();
    const counted = meter(client);
    const [key, store] = [freshKey(), table.newStore(client)];
    const limits = Array.from({ length: 8 }, (_, index) =>
      slidingWindow(1_000, 1_000 + index, { name: `a long name of a limit ${index}` }),
    );
    let largest = 0;
    for (let call = 0; call < 60; call += 1) {
      const decision = await store.take({ key, cost: 1, now: now + call * 20_000, limits }, signal);
      expect(decision.allowed).toBe(true);
      largest = Math.max(largest, sizeOf(await itemOf(key)));
    }
    expect(largest).toBeLessThan(1_024);
    expect(counted.units).toBeLessThan(60 * 1.6);
  });

  describe("expires", () => {
    it.each<[when: string, limit: Limit, until: number, at?: number]>([
      ["two windows later", slidingWindow(5, "1h"), Date.UTC(2026, 10, 28, 14)],
      ["with its period", quota(5, "year"), Date.UTC(2027, 0, 1)],
      ["when an empty bucket is full", tokenBucket({ capacity: 10, refillPerSecond: 1 }), now + 15 * second],
      ["with a window that a clock 5 s ahead has begun", quota(5, "day"), Date.UTC(2026, 10, 30), nearMidnight],
    ])("%s, and 5 s", async (_when, limit, until, at = now) => {
      const [key, store] = [freshKey(), table.newStore()];
      await store.take({ key, cost: 1, now: at, limits: [limit] }, signal);
      expect(await expiresAt(key)).toBe(Math.ceil((until + 5 * second) / second) * second);
    });

    it("as it was written by a clock that is ahead, without another write", async () => {
      const client = table.newClient();
      const counted = meter(client);
      const [key, store] = [freshKey(), table.newStore(client)];
      const limits = [slidingWindow(50, "1s")];
      for (const at of [now, now + 4_900, now + 100, now + 5_000, now + 200]) {
        await store.take({ key, cost: 1, now: at, limits }, signal);
      }
      expect([counted.requests.UpdateItemCommand, counted.units]).toEqual([5, 5]);
    });

    it("no sooner than the counts of other limits of the key, which costs one write in an environment", async () => {
      const client = table.newClient();
      const counted = meter(client);
      const [key, store] = [freshKey(), table.newStore(client)];
      const [long, short] = [[quota(50, "year")], [slidingWindow(50, "1s")]];
      const take = (at: number, limits: readonly Limit[]) => store.take({ key, cost: 1, now: at, limits }, signal);
      await take(now, long);
      const until = await expiresAt(key);
      for (let call = 1; call <= 5; call += 1) {
        await take(now + call * second, short);
        expect(await expiresAt(key)).toBeGreaterThanOrEqual(until);
      }
      expect(counted.requests.UpdateItemCommand).toBe(7);
      const bucket = [tokenBucket({ capacity: 1_000, refillPerSecond: 0.000_01, name: "slow" })];
      await take(now + 6 * second, bucket);
      await take(now + 7 * second, long);
      expect(await expiresAt(key)).toBeGreaterThan(now + 3 * day);
    });
  });

  it("takes the operators of eight sliding windows", async () => {
    const [key, store] = [freshKey(), table.newStore()];
    const eight = Array.from({ length: 8 }, (_, index) => slidingWindow(1_000 + index, 60_000 + index));
    expect(createPlans()(eight).steps).toBe(9);
    const take = (at: number, cost: number) => store.take({ key, cost, now: at, limits: eight }, signal);
    const memory = memoryStore();
    for (const [at, cost] of [
      [0, 700],
      [90_000, 500],
      [90_000, 400],
      [91_000, 1],
      [119_000, 250],
      [119_500, 9],
    ] as const) {
      const { allowed, retryAfterMs, limits } = await take(now + at, cost);
      const expected = memory.takeSync({ key, cost, now: now + at, limits: eight });
      expect({ allowed, retryAfterMs, limits }).toEqual({
        allowed: expected.allowed,
        retryAfterMs: expected.retryAfterMs,
        limits: expected.limits,
      });
    }
  });

  it("takes seven buckets and a sliding window", async () => {
    const [key, store] = [freshKey(), table.newStore()];
    const limits = [
      ...Array.from({ length: 7 }, (_, index) =>
        tokenBucket({ capacity: 10 + index, refillPerSecond: 1, name: `${index}` }),
      ),
      slidingWindow(100, "1m"),
    ];
    const take = () => store.take({ key, cost: 1, now, limits }, signal);
    for (let left = 9; left >= 0; left -= 1) expect((await take()).remaining).toBe(left);
    const { violated } = await take();
    expect(violated.map(({ name }) => name)).toEqual(["0"]);
  });

  it("has windows that are over once every clock has passed them by 5 s", () => {
    const item = Object.fromEntries([4_999, 5_000, 900_000].map((ms) => [`1s.${(now - ms).toString(36)}`, { N: "1" }]));
    const others = { ".gen": { N: "1" }, "bucket-1us.": { N: "1" }, expiresAt: { N: "1" }, id: { S: "k" } };
    expect(overWindows({ ...item, ...others }, now)).toEqual(Object.keys(item).slice(1));
  });

  it("is nothing at first", () => {
    expect([lastsUntil(undefined), sizeOf(undefined), overWindows(undefined, now)]).toEqual([0, 0, []]);
  });
});
