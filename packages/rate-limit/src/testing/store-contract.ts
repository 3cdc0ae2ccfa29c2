import assert from "node:assert/strict";
import type { Limit } from "../limits/limit.ts";
import { quota } from "../limits/quota.ts";
import { slidingWindow } from "../limits/sliding-window.ts";
import { tokenBucket } from "../limits/token-bucket.ts";
import { type StoreContractCase, type StoreKind, storeKinds } from "./case.ts";
import { freshKey, handOn, type StoreHarness } from "./harness.ts";

/** One limit of each kind, that holds 3 and does not free itself while a case runs. */
const slow: Readonly<Record<StoreKind, readonly Limit[]>> = {
  "sliding-window": [slidingWindow(3, "30d")],
  strict: [slidingWindow(3, "30d", { strict: true })],
  quota: [quota(3, "year")],
  "token-bucket": [tokenBucket({ capacity: 3, refillPerSecond: 0.000_01 })],
};

/** One limit of each kind that frees itself soon. */
const quick: Readonly<Record<Exclude<StoreKind, "quota">, readonly Limit[]>> = {
  "sliding-window": [slidingWindow(3, "1s")],
  strict: [slidingWindow(3, "1s", { strict: true })],
  "token-bucket": [tokenBucket({ capacity: 3, refillPerSecond: 5 })],
};

const quickKinds = ["sliding-window", "strict", "token-bucket"] as const;

function forEachKind(): StoreContractCase[] {
  return storeKinds.flatMap((kind) => {
    const limits = slow[kind];
    const needs = [kind];
    return [
      {
        name: `${kind}: admits as much as the limit, then rejects and reports when to retry`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          for (const left of [2, 1, 0]) {
            const { decision } = await hand.take();
            assert.deepEqual([decision.allowed, decision.remaining, decision.retryAfterMs], [true, left, 0]);
            assert.deepEqual(decision.violated, []);
          }
          const { decision } = await hand.take();
          assert.deepEqual([decision.allowed, decision.remaining], [false, 0]);
          assert.deepEqual(
            decision.violated.map((state) => state.name),
            limits.map((limit) => limit.name),
          );
          assert.ok(decision.retryAfterMs > 0 && Number.isFinite(decision.retryAfterMs));
          assert.ok(decision.resetAfterMs >= decision.retryAfterMs);
        },
      },
      {
        name: `${kind}: counts costs, and rejects for good a cost that it can never hold`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          assert.equal((await hand.take(2)).decision.remaining, 1);
          assert.equal((await hand.take(2)).decision.allowed, false);
          assert.equal((await hand.take(4)).decision.retryAfterMs, Infinity);
          assert.equal((await hand.take(1)).decision.remaining, 0);
        },
      },
      {
        name: `${kind}: peeks without counting, resets, and keeps keys apart`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          const other = handOn(harness, limits);
          assert.deepEqual(await hand.remaining(), [3]);
          await hand.take(2);
          await other.take(1);
          assert.deepEqual([await hand.remaining(), await other.remaining()], [[1], [2]]);
          await hand.reset();
          assert.deepEqual([await hand.remaining(), await other.remaining()], [[3], [2]]);
        },
      },
      {
        name: `${kind}: gives back what was taken`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          const taken = await hand.take(2);
          await hand.take(1);
          await hand.refund(taken);
          assert.deepEqual(await hand.remaining(), [2]);
          await hand.reset();
          await hand.refund(taken);
          assert.deepEqual(await hand.remaining(), [3], "below 0");
        },
      },
      {
        name: `${kind}: admits no more than the limit to many at once`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          const taken = await Promise.all(Array.from({ length: 20 }, () => hand.take()));
          assert.equal(taken.filter(({ decision }) => decision.allowed).length, 3);
        },
      },
    ];
  });
}

function forEachQuickKind(): StoreContractCase[] {
  return quickKinds.flatMap((kind) => {
    const limits = quick[kind];
    const needs = [kind];
    return [
      {
        name: `${kind}: admits after retryAfterMs, and everything after resetAfterMs`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          await hand.take(3);
          const { decision } = await hand.take(2);
          assert.equal(decision.allowed, false);
          await harness.advance(decision.retryAfterMs);
          const again = await hand.take(2);
          assert.equal(again.decision.allowed, true);
          await harness.advance(again.decision.resetAfterMs);
          assert.deepEqual(await hand.remaining(), [3]);
        },
      },
      {
        name: `${kind}: gives nothing back when the window is over`,
        needs,
        async run(harness: StoreHarness) {
          const hand = handOn(harness, limits);
          const taken = await hand.take(3);
          await harness.advance(taken.decision.resetAfterMs);
          const later = await hand.take(2);
          await hand.refund(taken);
          assert.equal(later.decision.allowed, true);
          assert.notDeepEqual(await hand.remaining(), [3]);
        },
      },
    ];
  });
}

const three = [slidingWindow(5, "30d", { name: "burst" }), quota(3, "year"), quota(9, "year", { name: "wide" })];

const together: StoreContractCase[] = [
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
        const violated = cost === 3 ? ["burst", "3-per-year"] : ["3-per-year"];
        assert.deepEqual(
          decision.violated.map((state) => state.name),
          violated,
        );
      }
      assert.deepEqual(await hand.remaining(), [2, 0, 6]);
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
    name: "takes keys of any length and script",
    needs: ["quota"],
    async run(harness) {
      const base = freshKey();
      const keys = [
        `${base}${"x".repeat(2_000)}`,
        `${base}${"x".repeat(2_001)}`,
        `${base}\u00e9`,
        `${base}e\u0301`,
        `${base}\u6f22\n`,
      ];
      const hands = keys.map((key) => handOn(harness, [quota(1, "year")], key));
      for (const hand of hands) assert.equal((await hand.take()).decision.allowed, true);
      for (const hand of hands) assert.equal((await hand.take()).decision.allowed, false);
    },
  },
];

/**
 * What every store does, as data: run each case in any test runner.
 *
 * @example
 * for (const { name, run } of storeContract) {
 *   test(name, () => run({ store: myStore, now: Date.now, advance: (ms) => setTimeout(ms) }));
 * }
 */
export const storeContract: readonly StoreContractCase[] = [...forEachKind(), ...forEachQuickKind(), ...together];
