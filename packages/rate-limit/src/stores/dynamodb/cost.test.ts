import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { seededRandom } from "@midguard/kernel/testing";
import { describe, expect, it } from "vitest";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { freshKey } from "../../testing/harness.ts";
import { sizeOf } from "./item.ts";
import { describeWithTable, meter, tableName } from "./testing/local-table.ts";

const { signal } = new AbortController();
const start = Date.UTC(2026, 10, 28, 12, 0, 0, 123);
const story = [slidingWindow(10, "1s"), slidingWindow(100, "1m"), quota(1_000, "day"), quota(20_000, "month")];

describeWithTable("the price of a decision", (table) => {
  /** Calls of one user, spread over 50 environments. Counts what admitted and rejected ones sent. */
  async function spread(limits: readonly Limit[], calls: number, pauseOf: () => number) {
    const client = table.newClient();
    const counted = meter(client);
    const stores = Array.from({ length: 50 }, () => table.newStore(client));
    const random = seededRandom(7);
    const key = freshKey();
    const total = { admitted: 0, rejected: 0, updates: 0, units: 0, updatesOfRejected: 0, largestUpdates: 0 };
    let now = start;
    let largest = 0;
    for (let call = 0; call < calls; call += 1) {
      now += pauseOf();
      const before = { updates: counted.requests.UpdateItemCommand ?? 0, units: counted.units };
      const store = stores[Math.floor(random() * 50)];
      const decision = await store?.take({ key, cost: 1, now, limits }, signal);
      const updates = (counted.requests.UpdateItemCommand ?? 0) - before.updates;
      total.largestUpdates = Math.max(total.largestUpdates, updates);
      if (decision?.allowed) {
        total.admitted += 1;
        total.updates += updates;
        total.units += counted.units - before.units;
      } else {
        total.rejected += 1;
        total.updatesOfRejected += updates;
      }
      if (call % 100 === 99) largest = Math.max(largest, sizeOf(await itemOf(key)));
    }
    expect(Object.keys(counted.requests)).toEqual(["UpdateItemCommand"]);
    return { ...total, largest };
  }

  async function itemOf(key: string) {
    const { Item } = await table.client.send(new GetItemCommand({ TableName: tableName, Key: { id: { S: key } } }));
    return Item;
  }

  /** Pauses of a user with this many calls a second. */
  function paced(rate: number): () => number {
    const random = seededRandom(Math.round(rate * 10));
    return () => Math.round((1_000 / rate) * (0.5 + random()));
  }

  describe("with four limits and one user's calls spread over 50 environments", () => {
    it.each([
      [0.3, 300],
      [1.5, 400],
      [5, 800],
      [20, 2_400],
    ])("is at most 1.05 updates and write units, at %d calls a second", { timeout: 180_000 }, async (rate, calls) => {
      const total = await spread(story, calls, paced(rate));
      expect(total.admitted).toBeGreaterThan(150);
      expect(total.updates / total.admitted).toBeLessThanOrEqual(1.05);
      expect(total.units / total.admitted).toBeLessThanOrEqual(1.05);
      expect(total.largest).toBeLessThan(1_024);
    });

    it("leaves an item under 1 KB after 3,000 calls 3 s apart", { timeout: 180_000 }, async () => {
      const wide = story.map((limit) => ({ ...limit, limit: 1_000_000 }));
      const total = await spread(wide, 3_000, () => 3_000);
      expect(total.admitted).toBe(3_000);
      expect(total.units / 3_000).toBeLessThanOrEqual(1.05);
      expect(total.largest).toBeLessThan(1_024);
    });
  });

  it.each([
    ["for a client whose bucket is full", 1, 1.1],
    ["for one that takes all that comes back", 10, 1.6],
    ["for one that hovers at a full bucket", 4.5, 1.6],
  ])("is 1 to 3 updates with two token buckets, %s", { timeout: 180_000 }, async (_client, rate, most) => {
    const buckets = [5, 50].map((refillPerSecond) => tokenBucket({ capacity: 20, refillPerSecond }));
    const total = await spread(buckets, 400, paced(rate));
    expect(total.updates / total.admitted).toBeLessThanOrEqual(most);
    expect(total.largestUpdates).toBeLessThanOrEqual(3);
  });

  it("is one update for a rejection", async () => {
    const total = await spread([slidingWindow(10, "1m"), quota(1_000, "day")], 100, () => 100);
    expect([total.rejected, total.updatesOfRejected]).toEqual([90, 90]);
  });
});
