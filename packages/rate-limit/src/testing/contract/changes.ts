import assert from "node:assert/strict";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { StoreContractCase } from "../case.ts";
import { handOn } from "../harness.ts";
import { oracleDecision } from "../oracle/oracle.ts";
import type { AdmittedTake } from "../oracle/usage.ts";

/** Limits that change from one deployment to the next, and windows that have passed. */
export const changes: readonly StoreContractCase[] = [
  {
    name: "keeps a count when the limit's number changes, and starts anew when its name does",
    needs: ["quota"],
    async run(harness) {
      const hand = handOn(harness, [quota(3, "year")]);
      await hand.take(3);
      assert.deepEqual(await hand.remaining([quota(5, "year")]), [2]);
      assert.deepEqual(await hand.remaining([quota(2, "year")]), [0]);
      assert.equal((await hand.take(1, [quota(2, "year")])).decision.allowed, false);
      assert.deepEqual(await hand.remaining([quota(3, "year", { name: "other" })]), [3]);
    },
  },
  {
    name: "admits at once what a raised limit has room for",
    needs: ["quota"],
    async run(harness) {
      const hand = handOn(harness, [quota(3, "year", { name: "a" })]);
      await hand.take(3);
      assert.equal((await hand.take()).decision.allowed, false);
      const raised = [quota(5, "year", { name: "a" })];
      assert.equal((await hand.take(2, raised)).decision.allowed, true);
      assert.equal((await hand.take(1, raised)).decision.allowed, false);
    },
  },
  {
    name: "starts anew when a limit's window changes, and knows the old count if it changes back",
    needs: ["sliding-window"],
    async run(harness) {
      const [old, changed] = [[slidingWindow(3, "30d", { name: "a" })], [slidingWindow(3, "60d", { name: "a" })]];
      const hand = handOn(harness, old);
      await hand.take(2);
      assert.deepEqual(await hand.remaining(changed), [3]);
      await hand.take(1, changed);
      assert.deepEqual([await hand.remaining(old), await hand.remaining(changed)], [[1], [2]]);
    },
  },
  {
    name: "keeps the counts of the limits that stay when one is added or removed, for two deployments at once",
    needs: ["environments", "sliding-window", "quota"],
    async run(harness) {
      const [burst, daily] = [slidingWindow(6, "30d", { name: "burst" }), quota(9, "year", { name: "daily" })];
      const hand = handOn(harness, [burst, daily]);
      await hand.take(1, [burst]);
      await hand.take(2, [burst, daily], { environment: 1 });
      await hand.take(3, [burst]);
      assert.equal((await hand.take(1, [daily, burst], { environment: 1 })).decision.allowed, false);
      assert.deepEqual(await hand.remaining([daily, burst]), [7, 0]);
    },
  },
  {
    name: "keeps nothing of windows that have passed: 300 of them decide as the first does, and take no more room",
    needs: ["sliding-window", "quota", "caller-clock"],
    async run(harness) {
      const limits = [slidingWindow(3, "1s"), slidingWindow(50, "1m"), quota(1_000, "day")];
      const hand = handOn(harness, limits);
      let admitted: AdmittedTake[] = [];
      const bytes: number[] = [];
      for (let times = 0; times < 300; times += 1) {
        await harness.advance(times % 7 === 0 ? 11_000 : 3_000);
        const take = { at: Math.floor(harness.now()), cost: 2 };
        const { allowed, remaining } = (await hand.take(take.cost)).decision;
        const expected = oracleDecision(limits, admitted, take);
        assert.deepEqual([allowed, remaining], [expected.allowed, expected.remaining]);
        admitted = [...admitted, take];
        if (harness.bytesOf !== undefined) bytes.push(await harness.bytesOf(hand.key));
      }
      const [early, late] = [Math.max(0, ...bytes.slice(0, 100)), Math.max(0, ...bytes.slice(-100))];
      assert.ok(late <= early * 1.5, `${early} bytes at first, ${late} later`);
    },
  },
  {
    name: "is full again after a pause of years",
    needs: ["sliding-window", "quota", "token-bucket", "caller-clock"],
    async run(harness) {
      const bucket = tokenBucket({ capacity: 3, refillPerSecond: 1 });
      const hand = handOn(harness, [slidingWindow(3, "1s"), quota(3, "month"), bucket]);
      for (const years of [1, 5, 10]) {
        await hand.take(3);
        assert.equal((await hand.take()).decision.allowed, false);
        await harness.advance(years * 366 * 86_400_000);
        assert.deepEqual(await hand.remaining(), [3, 3, 3]);
      }
    },
  },
];
