import assert from "node:assert/strict";
import { type StoreContractCase, type StoreKind, storeKinds } from "../case.ts";
import { handOn } from "../harness.ts";
import { quickKinds, quickLimit, slowLimit } from "./limits.ts";

/** How much a limit admits. */
function countingCases(kind: StoreKind): readonly StoreContractCase[] {
  const limits = [slowLimit(kind)];
  const needs = [kind];
  return [
    {
      name: `${kind}: admits as much as the limit, then rejects and reports when to retry`,
      needs,
      async run(harness) {
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
      async run(harness) {
        const hand = handOn(harness, limits);
        assert.equal((await hand.take(2)).decision.remaining, 1);
        assert.equal((await hand.take(2)).decision.allowed, false);
        for (const cost of [4, 1_000_000_000, Number.MAX_SAFE_INTEGER]) {
          const { allowed, retryAfterMs, violated } = (await hand.take(cost)).decision;
          assert.deepEqual([allowed, retryAfterMs, violated.length], [false, Infinity, 1]);
        }
        assert.equal((await hand.take(1)).decision.remaining, 0);
      },
    },
    {
      name: `${kind}: allows a cost of 0 while no more than the limit is used, and counts nothing for it`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        for (const taken of [0, 1, 2]) {
          const { decision } = await hand.take(taken);
          assert.equal(decision.allowed, true);
        }
        const { allowed, remaining, retryAfterMs } = (await hand.take(0)).decision;
        assert.deepEqual([allowed, remaining, retryAfterMs], [true, 0, 0]);
        const lowered = [slowLimit(kind, 2)];
        // A bucket never misses more tokens than it holds.
        if (kind !== "token-bucket") assert.equal((await hand.take(0, lowered)).decision.allowed, false);
        assert.deepEqual(await hand.remaining(), [0]);
      },
    },
  ];
}

/** What else may be done with a key. */
function keyCases(kind: StoreKind): readonly StoreContractCase[] {
  const limits = [slowLimit(kind)];
  const needs = [kind];
  return [
    {
      name: `${kind}: peeks without counting, resets, and keeps keys apart`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        const other = handOn(harness, limits);
        for (let times = 0; times < 5; times += 1) assert.deepEqual(await hand.remaining(), [3]);
        await hand.take(2);
        await other.take(1);
        for (let times = 0; times < 5; times += 1) assert.deepEqual(await hand.remaining(), [1]);
        assert.deepEqual(await other.remaining(), [2]);
        await hand.reset();
        assert.deepEqual([await hand.remaining(), await other.remaining()], [[3], [2]]);
      },
    },
    {
      name: `${kind}: admits again at once after a reset`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        await hand.take(3);
        assert.equal((await hand.take()).decision.allowed, false);
        await hand.reset();
        assert.equal((await hand.take(3)).decision.allowed, true);
        assert.equal((await hand.take()).decision.allowed, false);
      },
    },
    {
      name: `${kind}: admits no more than the limit to many at once`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        const taken = await Promise.all(Array.from({ length: 20 }, () => hand.take()));
        assert.equal(taken.filter(({ decision }) => decision.allowed).length, 3);
        assert.deepEqual(await hand.remaining(), [0]);
      },
    },
  ];
}

const quickCases: readonly StoreContractCase[] = quickKinds.map((kind) => ({
  name: `${kind}: admits after retryAfterMs, and everything after resetAfterMs`,
  needs: [kind],
  async run(harness) {
    const hand = handOn(harness, [quickLimit(kind)]);
    await hand.take(3);
    const { decision } = await hand.take(2);
    assert.equal(decision.allowed, false);
    await harness.advance(decision.retryAfterMs);
    const again = await hand.take(2);
    assert.equal(again.decision.allowed, true);
    await harness.advance(again.decision.resetAfterMs);
    assert.deepEqual(await hand.remaining(), [3]);
  },
}));

/** A key that is over its limit, with its time moved to the ms. */
const blockedCases: readonly StoreContractCase[] = storeKinds.map((kind) => ({
  name: `${kind}: admits a blocked key, and has everything again, at the ms that was reported and not before`,
  needs: [kind, "caller-clock"],
  async run(harness) {
    const hand = handOn(harness, [kind === "quota" ? slowLimit(kind) : quickLimit(kind)]);
    await hand.take(3);
    const blocked = await hand.take();
    let leftMs = blocked.decision.retryAfterMs;
    for (const sleptMs of [1, Math.floor(leftMs / 3), leftMs - Math.floor(leftMs / 3) - 2]) {
      await harness.advance(sleptMs);
      leftMs -= sleptMs;
      const { decision } = await hand.take();
      assert.deepEqual([decision.allowed, decision.retryAfterMs], [false, leftMs]);
    }
    await harness.advance(leftMs);
    const { allowed, resetAfterMs } = (await hand.take()).decision;
    assert.equal(allowed, true);
    assert.deepEqual(
      (await hand.peek()).map((state) => state.resetAfterMs),
      [resetAfterMs],
    );
    await harness.advance(resetAfterMs - 1);
    assert.notDeepEqual(await hand.remaining(), [3]);
    await harness.advance(1);
    assert.deepEqual(await hand.remaining(), [3]);
  },
}));

/** What holds for each kind of limit. */
export const eachKind: readonly StoreContractCase[] = [
  ...storeKinds.flatMap(countingCases),
  ...storeKinds.flatMap(keyCases),
  ...quickCases,
  ...blockedCases,
];
