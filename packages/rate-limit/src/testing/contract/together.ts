import assert from "node:assert/strict";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import type { StoreContractCase } from "../case.ts";
import { handOn } from "../harness.ts";

const three = [slidingWindow(5, "30d", { name: "burst" }), quota(3, "year"), quota(9, "year", { name: "wide" })];

/** Names that a store may use itself, or that separate in its language. */
const oddNames = ["id", "pk", "ttl", "expiresAt", "a.1", "a", ":#,/=&", 'quote " \\ `'];

/** Several limits of one key. */
export const together: readonly StoreContractCase[] = [
  {
    name: "decides about all limits together: a rejection takes nothing",
    needs: ["sliding-window", "quota"],
    async run(harness) {
      const hand = handOn(harness, three);
      await hand.take(3);
      for (const cost of [1, 2, 3]) {
        const { decision } = await hand.take(cost);
        assert.equal(decision.allowed, false);
        assert.deepEqual(
          decision.limits.map(({ name, limit, remaining }) => [name, limit, remaining]),
          [
            ["burst", 5, 2],
            ["3-per-year", 3, 0],
            ["wide", 9, 6],
          ],
        );
        // A store that answers from memory knows what it asked for, which was a cost of 1.
        const violated = cost === 3 && !harness.remembersRejections ? ["burst", "3-per-year"] : ["3-per-year"];
        assert.deepEqual(
          decision.violated.map((state) => state.name).filter((name) => violated.includes(name)),
          violated,
        );
      }
      assert.deepEqual(await hand.remaining(), [2, 0, 6]);
    },
  },
  {
    name: "takes one unit of a long limit for each admitted take, and none for 48 rejected ones",
    needs: ["sliding-window", "quota"],
    async run(harness) {
      const hand = handOn(harness, [slidingWindow(2, "30d", { name: "short" }), quota(100, "year")]);
      const tries = await Promise.all(Array.from({ length: 50 }, () => hand.take()));
      assert.equal(tries.filter(({ decision }) => decision.allowed).length, 2);
      assert.deepEqual(await hand.remaining(), [0, 98]);
    },
  },
  {
    name: "takes nothing for a cost that one of several limits can never hold",
    needs: ["sliding-window", "quota"],
    async run(harness) {
      const hand = handOn(harness, three);
      const { decision } = await hand.take(4);
      assert.deepEqual([decision.allowed, decision.retryAfterMs], [false, Infinity]);
      assert.deepEqual(await hand.remaining(), [5, 3, 9]);
    },
  },
  {
    name: "takes eight limits",
    needs: ["quota"],
    async run(harness) {
      const eight = Array.from({ length: 8 }, (_, index) => quota(index + 1, "year", { name: `limit ${index}` }));
      const hand = handOn(harness, eight);
      await hand.take();
      assert.equal((await hand.take()).decision.allowed, false);
      assert.deepEqual(await hand.remaining(), [0, 1, 2, 3, 4, 5, 6, 7]);
    },
  },
  {
    name: "takes eight sliding windows, and reports the first and the last that free themselves",
    needs: ["sliding-window"],
    async run(harness) {
      const eight = Array.from({ length: 8 }, (_, index) => slidingWindow(8 + index, 864_000_000 * (index + 1)));
      const hand = handOn(harness, eight);
      await hand.take(7);
      assert.equal((await hand.take(2)).decision.allowed, false);
      assert.equal((await hand.take(1)).decision.allowed, true);
      assert.deepEqual(await hand.remaining(), [0, 1, 2, 3, 4, 5, 6, 7]);
    },
  },
  {
    name: "takes limits with any names, and keeps them apart",
    needs: ["quota"],
    async run(harness) {
      const hand = handOn(harness, []);
      const limits = oddNames.map((name, index) => quota(index + 5, "year", { name }));
      for (const [index, limit] of limits.entries()) await hand.take(index + 1, [limit]);
      for (const limit of limits) assert.deepEqual([limit.name, await hand.remaining([limit])], [limit.name, [4]]);
      await hand.reset();
      for (const limit of limits) assert.deepEqual(await hand.remaining([limit]), [limit.limit]);
    },
  },
];
