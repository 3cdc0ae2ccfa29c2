import assert from "node:assert/strict";
import { systemClock } from "@midguard/kernel";
import { createRateLimiter } from "../../limiter.ts";
import { quota } from "../../limits/quota.ts";
import { type StoreContractCase, type StoreKind, storeKinds } from "../case.ts";
import { freshKey, handOn } from "../harness.ts";
import { quickKinds, quickLimit, slowLimit } from "./limits.ts";

/** What a refund gives back. */
function givingCases(kind: StoreKind): readonly StoreContractCase[] {
  const limits = [slowLimit(kind)];
  const needs = [kind];
  return [
    {
      name: `${kind}: gives back what was taken, and nothing that a reset has given back`,
      needs,
      async run(harness) {
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
      name: `${kind}: admits a blocked key at once after a refund`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        const taken = await hand.take(2);
        await hand.take(1);
        assert.equal((await hand.take()).decision.allowed, false);
        await hand.refund(taken);
        assert.equal((await hand.take(2)).decision.allowed, true);
        assert.equal((await hand.take()).decision.allowed, false);
      },
    },
    {
      name: `${kind}: gives back a take of 0 as nothing`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        await hand.take(2);
        await hand.refund(await hand.take(0));
        assert.deepEqual(await hand.remaining(), [1]);
      },
    },
  ];
}

/** What a refund does not give back. */
function mintingCases(kind: StoreKind): readonly StoreContractCase[] {
  const limits = [slowLimit(kind)];
  const needs = [kind];
  return [
    {
      name: `${kind}: gives a limiter's decision back once`,
      needs,
      async run(harness) {
        const { store, now } = harness;
        const clock = { now, sleep: systemClock.sleep };
        const limiter = createRateLimiter({ store, limits, clock, storeTimeoutMs: 60_000 });
        const key = freshKey();
        const taken = await limiter.take(key, { cost: 2 });
        await limiter.take(key);
        await limiter.refund(taken);
        await limiter.refund(taken);
        assert.equal((await limiter.peek(key))[0]?.remaining, 2);
      },
    },
    {
      name: `${kind}: mints nothing if the limit was lowered between take and refund`,
      needs,
      async run(harness) {
        const hand = handOn(harness, limits);
        const lowered = [slowLimit(kind, 1)];
        const taken = await hand.take(2);
        await hand.take(1);
        assert.equal((await hand.take(1, lowered)).decision.allowed, false);
        await hand.refund(taken);
        const [left = Number.NaN] = await hand.remaining(lowered);
        assert.ok(left <= 1, `${left} of 1 are left`);
        assert.equal((await hand.take(2, lowered)).decision.retryAfterMs, Infinity);
      },
    },
  ];
}

const quickCases: readonly StoreContractCase[] = quickKinds.map((kind) => ({
  name: `${kind}: gives nothing back when the window is over`,
  needs: [kind],
  async run(harness) {
    const hand = handOn(harness, [quickLimit(kind)]);
    const taken = await hand.take(3);
    await harness.advance(taken.decision.resetAfterMs);
    const later = await hand.take(2);
    await hand.refund(taken);
    assert.equal(later.decision.allowed, true);
    assert.notDeepEqual(await hand.remaining(), [3]);
  },
}));

const acrossPeriods: StoreContractCase = {
  name: "quota: gives nothing back across the end of a period, and so mints none",
  needs: ["quota", "caller-clock"],
  async run(harness) {
    const hand = handOn(harness, [quota(5, "day")]);
    const before = await hand.take(2);
    await harness.advance(before.decision.resetAfterMs - 1);
    const last = await hand.take(3);
    assert.equal((await hand.take()).decision.allowed, false);
    await harness.advance(1);
    for (const late of [before, last]) await hand.refund(late);
    assert.deepEqual(await hand.remaining(), [5]);
    await hand.take(4);
    for (const late of [before, last]) await hand.refund(late);
    assert.deepEqual(await hand.remaining(), [1], "yesterday's takes were given back today");
  },
};

/** A refund gives back what was taken, and never more than that leaves. */
export const refunds: readonly StoreContractCase[] = [
  ...storeKinds.flatMap(givingCases),
  ...storeKinds.flatMap(mintingCases),
  ...quickCases,
  acrossPeriods,
];
