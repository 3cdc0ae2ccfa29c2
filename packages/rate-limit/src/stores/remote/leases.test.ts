import { describe, expect, it, vi } from "vitest";
import { keyOf, sharedStore } from "../../../test/shared-store.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { receiptOf } from "../../store/receipt.ts";
import { remoteStore } from "./remote-store.ts";

const start = Date.UTC(2026, 10, 29, 12);
const yearly = [quota(1_000, "year")];

function fleet(limits: readonly Limit[] = yearly, lease: Parameters<typeof remoteStore>[1] = { lease: { size: 10 } }) {
  const base = sharedStore();
  const clock = { now: start };
  const [here, there] = [remoteStore(base, lease), remoteStore(base, lease)];
  return { base, clock, store: here, here: keyOf(here, limits, clock), there: keyOf(there, limits, clock) };
}

describe("a key that is busy in an environment", () => {
  it("needs one call for `size` requests, after taking twice as much each time", async () => {
    const { base, here } = fleet();
    for (let times = 0; times < 65; times += 1) expect((await here.take()).allowed).toBe(true);
    expect(base.takes).toEqual([1, 2, 4, 8, 10, 10, 10, 10, 10]);
  });

  it("is served at once, without a promise, under the store's own receipt", async () => {
    const { clock, store, here } = fleet();
    for (let times = 0; times < 2; times += 1) await here.take();
    const decision = store.takeOrAsk({ key: "k", cost: 1, now: clock.now, limits: yearly });
    expect(decision).toMatchObject({ allowed: true, remaining: 997 });
    expect(receiptOf(decision as Awaited<ReturnType<typeof here.take>>)?.store).toBe(store);
  });

  it("starts again with one after 10 s without a call", async () => {
    const { base, clock, here } = fleet();
    for (let times = 0; times < 15; times += 1) await here.take();
    clock.now += 10_001;
    await here.take();
    expect(base.takes).toEqual([1, 2, 4, 8, 1]);
  });

  it("is taken for as much as was used, if not all was", async () => {
    const { base, clock, here } = fleet([slidingWindow(100, "1s")]);
    for (let times = 0; times < 10; times += 1) await here.take();
    clock.now += 1_000;
    await here.take();
    expect(base.takes).toEqual([1, 2, 4, 8, 3]);
    expect(base.refunds).toEqual([]);
  });

  it("gives back what other limits still count when a window ends", async () => {
    const { base, clock, here } = fleet([slidingWindow(100, "1s"), ...yearly]);
    for (let times = 0; times < 10; times += 1) await here.take();
    clock.now += 1_000;
    await here.take();
    expect([base.takes, base.refunds]).toEqual([[1, 2, 4, 8, 3], [5]]);
    expect((await here.remaining())[1]).toBe(1_000 - 11);
  });

  it("counts a cost as that much, and gives back what is less", async () => {
    const { base, here } = fleet();
    for (const cost of [2, 2, 2, 3, 1, 2, 3]) await here.take(cost);
    expect([base.takes, base.refunds]).toEqual([[2, 4, 6, 12], []]);
    // 9 are held: 4, and then the rest is less than 6.
    for (const cost of [4, 6]) expect((await here.take(cost)).allowed).toBe(true);
    expect([base.takes, base.refunds]).toEqual([[2, 4, 6, 12, 6], [5]]);
    expect(await here.remaining()).toEqual([1_000 - 25]);
  });

  it("takes as much as has room, then one, then is rejected", async () => {
    const { base, here, there } = fleet([quota(26, "year")]);
    for (let times = 0; times < 7; times += 1) await here.take();
    for (let times = 0; times < 9; times += 1) await there.take();
    base.takes.length = 0;
    for (let times = 0; times < 4; times += 1) expect((await here.take()).allowed).toBe(true);
    expect(base.takes).toEqual([8, 4]);
    expect(await here.take()).toMatchObject({ allowed: false, violated: [{ name: "26-per-year" }] });
  });

  it("asks for one if the rest is gone too", async () => {
    const { base, here } = fleet([quota(40, "year")]);
    for (let times = 0; times < 15; times += 1) await here.take();
    const { take } = base;
    // Another environment is quicker each time.
    base.take = async (request, signal) => {
      if (request.cost > 1) await take({ ...request, cost: request.cost === 10 ? 18 : 4 }, signal);
      return take(request, signal);
    };
    base.takes.length = 0;
    expect((await here.take()).allowed).toBe(true);
    expect(base.takes).toEqual([18, 10, 4, 7, 1]);
  });

  it("is not taken ahead for where `maxUnderuse` leaves no room", async () => {
    const small = fleet([quota(100, "year")], { lease: { maxUnderuse: 0.1, environments: 50 } });
    for (let times = 0; times < 5; times += 1) await small.here.take();
    expect(small.base.takes).toEqual([1, 1, 1, 1, 1]);
    const large = fleet([quota(1_000, "year"), quota(5_000, "year", { name: "more" })], {
      lease: { maxUnderuse: 0.1, environments: 50 },
    });
    for (let times = 0; times < 9; times += 1) await large.here.take();
    expect(large.base.takes).toEqual([1, 2, 3, 3]);
  });

  it("leaves a cost of 0 to the store", async () => {
    const { base, here } = fleet();
    for (const cost of [1, 1, 0, 1]) expect((await here.take(cost)).allowed).toBe(true);
    expect(base.takes).toEqual([1, 2, 0]);
  });

  it("leaves requests with other limits to the store, until what is held is over", async () => {
    const { base, clock, here } = fleet([slidingWindow(100, "1s")]);
    for (let times = 0; times < 2; times += 1) await here.take();
    for (let times = 0; times < 2; times += 1) await here.take(1, yearly);
    expect(base.takes).toEqual([1, 2, 1, 1]);
    expect((await here.peek(yearly))[0]?.remaining).toBe(998);
    clock.now += 1_000;
    for (let times = 0; times < 3; times += 1) await here.take(1, yearly);
    expect(base.takes).toEqual([1, 2, 1, 1, 1, 2]);
  });

  it("leaves requests with other limits to the store, while a call is under way", async () => {
    const { base, here } = fleet();
    const [first, other] = await Promise.all([here.take(), here.take(1, [quota(5, "year")])]);
    expect([first.allowed, other.allowed]).toEqual([true, true]);
    expect(base.takes).toEqual([1, 1]);
    await here.take();
    expect(base.takes).toEqual([1, 1, 2]);
  });

  it("leaves requests to the store when the clock was set back", async () => {
    const { base, clock, here } = fleet();
    for (let times = 0; times < 2; times += 1) await here.take();
    clock.now -= 1;
    for (let times = 0; times < 2; times += 1) await here.take();
    expect(base.takes).toEqual([1, 2, 1, 1]);
  });
});

describe("many keys", () => {
  const one = (store: ReturnType<typeof remoteStore>, clock: { now: number }, index: number, key = "key") =>
    keyOf(store, yearly, clock, `${key} ${index}`);

  it("are held for some thousand; the oldest goes if nothing is held of it", async () => {
    const { base, clock, store } = fleet();
    for (let index = 0; index < 4_097; index += 1) await one(store, clock, index).take();
    base.takes.length = 0;
    await one(store, clock, 0).take();
    await one(store, clock, 4_096).take();
    expect(base.takes).toEqual([1, 2]);
  });

  it("are left to the store while all places are taken by busy ones, and then the oldest is given back", async () => {
    const { base, clock, store } = fleet();
    for (let index = 0; index < 4_096; index += 1) {
      for (let times = 0; times < 2; times += 1) await one(store, clock, index).take();
    }
    base.takes.length = 0;
    for (let times = 0; times < 3; times += 1) await one(store, clock, 1, "new").take();
    expect([base.takes, base.refunds]).toEqual([[1, 1, 1], []]);
    clock.now += 10_001;
    for (let times = 0; times < 2; times += 1) await one(store, clock, 1, "new").take();
    expect([base.takes, base.refunds]).toEqual([[1, 1, 1, 1, 2], [1]]);
    const [state] = await keyOf(base, yearly, clock, "key 0").peek();
    expect(state?.remaining).toBe(998);
  });

  it("are not held if they are long", async () => {
    const { base, clock, store } = fleet();
    const long = keyOf(store, yearly, clock, "x".repeat(1_025));
    for (let times = 0; times < 3; times += 1) await long.take();
    expect(base.takes).toEqual([1, 1, 1]);
  });
});

describe("requests that overlap", () => {
  it("share a call: the next one takes for all that wait", async () => {
    const { base, here } = fleet();
    const decisions = await Promise.all(Array.from({ length: 64 }, () => here.take()));
    expect(decisions.every(({ allowed }) => allowed)).toBe(true);
    expect(base.takes).toEqual([1, 63]);
  });

  it("share a rejection, and admit exactly what has room", async () => {
    const { base, here } = fleet([quota(10, "year")]);
    const decisions = await Promise.all(Array.from({ length: 200 }, () => here.take()));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(base.takes).toEqual([1, 9, 1]);
  });

  it("share a failure", async () => {
    const { base, here } = fleet();
    base.onCall = () => Promise.reject(new Error("down"));
    const settled = await Promise.allSettled(Array.from({ length: 5 }, () => here.take()));
    expect(settled.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
    expect(base.takes).toEqual([1]);
    base.onCall = async () => undefined;
    expect((await here.take()).allowed).toBe(true);
  });

  it("of another cost make a call of their own after a rejection", async () => {
    const { here } = fleet([quota(5, "year")]);
    await here.take(3);
    const [large, small] = await Promise.all([here.take(3), here.take(2)]);
    expect([large.allowed, small.allowed]).toEqual([false, true]);
  });

  it("wait no longer than their own signals", async () => {
    const { base, here } = fleet();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    base.onCall = () => answered;
    const first = here.take();
    const [waits, gone] = [new AbortController(), new AbortController()];
    gone.abort(new Error("gone"));
    const [second, third] = [here.take(1, yearly, waits.signal), here.take(1, yearly, gone.signal)];
    await expect(third).rejects.toThrow("gone");
    waits.abort(new Error("late"));
    await expect(second).rejects.toThrow("late");
    answer();
    expect((await first).allowed).toBe(true);
    expect(base.takes).toEqual([1]);
  });

  it("go on with a call of their own when the request that made it is given up", async () => {
    const { base, here } = fleet();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    base.onCall = () => answered;
    const given = new AbortController();
    const first = here.take(1, yearly, given.signal);
    const second = here.take();
    await vi.waitFor(() => expect(base.takes).toEqual([1]));
    base.onCall = async () => undefined;
    given.abort(new Error("late"));
    await expect(first).rejects.toThrow("late");
    expect((await second).allowed).toBe(true);
    // The late answer stays counted, and leaves the later lease alone.
    answer();
    await here.take();
    await here.take();
    expect(base.takes).toEqual([1, 1, 2]);
    expect(await here.remaining()).toEqual([1_000 - 4]);
  });
});

describe("a refund", () => {
  it("stays here while the lease goes on and holds no more than it should", async () => {
    const { base, here } = fleet();
    for (let times = 0; times < 4; times += 1) await here.take();
    const taken = await here.take();
    await here.refund(taken);
    expect(base.refunds).toEqual([]);
    expect(await here.remaining()).toEqual([1_000 - 4]);
    for (let times = 0; times < 3; times += 1) await here.take();
    expect(base.takes).toEqual([1, 2, 4]);
  });

  it("goes to the store as a part of what was taken, if the lease is another or holds enough", async () => {
    const { base, here } = fleet(yearly, { lease: { size: 2 } });
    const [first, ...others] = [await here.take(), await here.take(), await here.take()];
    for (const taken of others) await here.refund(taken);
    expect(base.refunds).toEqual([1]);
    await here.refund(first as (typeof others)[0]);
    expect(base.refunds).toEqual([1, 1]);
    expect(base.refunded[1]).toBe(base.decisions[0]);
    expect(await here.remaining()).toEqual([1_000]);
  });

  it("goes to the store when the lease may not be used any more", async () => {
    const { base, clock, here } = fleet([tokenBucket({ capacity: 10, refillPerSecond: 1 })]);
    const taken = [await here.take(), await here.take(), await here.take()];
    clock.now += 2_500;
    await here.refund(taken[2] as (typeof taken)[0]);
    expect(base.refunds).toEqual([1]);
  });

  it("of a decision that is not known goes to the store as it is", async () => {
    const { base, here } = fleet();
    const taken = await here.take(3);
    await here.refund({ ...taken });
    expect(base.refunds).toEqual([3]);
  });
});

describe("a reset", () => {
  it("drops what is held here, also if it fails", async () => {
    const { base, here } = fleet();
    for (let times = 0; times < 2; times += 1) await here.take();
    await here.reset();
    expect(await here.remaining()).toEqual([1_000]);
    for (let times = 0; times < 2; times += 1) await here.take();
    expect(base.takes).toEqual([1, 2, 1, 2]);
    base.onCall = () => Promise.reject(new Error("down"));
    await expect(here.reset()).rejects.toThrow("down");
    base.onCall = async () => undefined;
    await here.take();
    expect(base.takes).toEqual([1, 2, 1, 2, 1]);
  });

  it("drops what a call that is under way will bring", async () => {
    const { base, here } = fleet();
    await here.take();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { take } = base;
    base.take = async (request, signal) => {
      const decision = await take(request, signal);
      await answered;
      return decision;
    };
    const late = here.take();
    await here.reset();
    answer();
    base.take = take;
    expect((await late).allowed).toBe(true);
    await here.take();
    expect(base.takes).toEqual([1, 2, 1]);
  });
});
