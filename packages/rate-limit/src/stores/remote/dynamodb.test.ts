import { manualClock } from "@midguard/kernel/testing";
import { expect, it } from "vitest";
import { usedOf } from "../../../test/admitted.ts";
import { keyOf } from "../../../test/shared-store.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { storeContract } from "../../testing/store-contract.ts";
import { describeWithTable, meter } from "../dynamodb/testing/local-table.ts";
import { remoteStore } from "./remote-store.ts";

const start = Date.UTC(2026, 5, 15, 12);

describeWithTable("leases on DynamoDB", (table) => {
  for (const { name, needs, run } of storeContract) {
    // Permits that one environment holds are no other's.
    it.skipIf(needs.includes("strict") || needs.includes("environments"))(name, async () => {
      const clock = manualClock(start);
      const store = remoteStore(table.newStore(), { lease: { size: 4 } });
      await run({ store, now: clock.now, advance: clock.advance });
    });
  }

  it.each([
    { kind: "a window and a quota", limits: [slidingWindow(120, "1s"), quota(300, "day")] },
    { kind: "a bucket", limits: [tokenBucket({ capacity: 60, refillPerSecond: 70 })] },
    { kind: "a quota", limits: [quota(300, "day")] },
  ])("of several environments never admit more, and need fewer calls: $kind", async ({ limits }) => {
    const client = table.newClient();
    const counted = meter(client);
    const clock = { now: start };
    const key = crypto.randomUUID();
    const hands = [1, 2, 3].map(() =>
      keyOf(remoteStore(table.newStore(client), { lease: { size: 8 } }), limits, clock, key),
    );
    const log: { at: number; cost: number }[] = [];
    let tries = 0;
    for (; tries < 400; tries += 1) {
      clock.now += tries % 20 === 0 ? 150 : 5;
      const { allowed } = await (hands[tries % 3] as (typeof hands)[0]).take();
      if (!allowed) continue;
      log.push({ at: clock.now, cost: 1 });
      for (const limit of limits) expect(usedOf(limit, log, clock.now)).toBeLessThanOrEqual(limit.limit);
    }
    expect(log.length).toBeGreaterThan(90);
    const calls = Object.values(counted.requests).reduce((sum, count) => sum + count, 0);
    expect(calls).toBeLessThan(log.length);
  });

  it("give back parts of a take", async () => {
    const limits = [slidingWindow(40, "10s"), quota(300, "day")];
    const clock = { now: start };
    const [base, key] = [table.newStore(), crypto.randomUUID()];
    const hand = keyOf(remoteStore(base, { lease: { size: 4 } }), limits, clock, key);
    const taken = [];
    for (let times = 0; times < 11; times += 1) taken.push(await hand.take());
    expect(await keyOf(base, limits, clock, key).remaining()).toEqual([29, 289]);
    for (const decision of taken.slice(0, 6)) await hand.refund(decision);
    expect(await keyOf(base, limits, clock, key).remaining()).toEqual([35, 295]);
    clock.now += 10_000;
    await hand.refund(taken[6] as (typeof taken)[0]);
    expect((await hand.remaining())[1]).toBe(296);
  });
});
