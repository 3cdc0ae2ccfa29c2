import { describe, expect, it } from "vitest";
import { keyOf, sharedStore } from "../../../test/shared-store.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { receiptOf } from "../../store/receipt.ts";
import { remoteStore } from "./remote-store.ts";

const start = Date.UTC(2026, 10, 29, 12);
const daily = [quota(3, "day")];

function environments(limits = [...daily] as Parameters<typeof keyOf>[1]) {
  const base = sharedStore();
  const clock = { now: start };
  const [here, there] = [remoteStore(base), remoteStore(base)];
  return { base, clock, store: here, here: keyOf(here, limits, clock), there: keyOf(there, limits, clock) };
}

describe("a key that the store rejected", () => {
  it("is rejected without a call until it is free", async () => {
    const { base, clock, here } = environments([tokenBucket({ capacity: 3, refillPerSecond: 1 })]);
    await here.take(3);
    expect(await here.take()).toMatchObject({ allowed: false, retryAfterMs: 1_000 });
    base.calls();
    clock.now += 999;
    expect(await here.take()).toMatchObject({ allowed: false, retryAfterMs: 1 });
    expect(base.calls()).toBe(0);
    clock.now += 1;
    expect((await here.take()).allowed).toBe(true);
    expect(base.calls()).toBe(1);
  });

  it("is decided at once, without a promise", async () => {
    const { clock, store, here } = environments();
    await here.take(3);
    const request = { key: "k", cost: 1, now: clock.now, limits: daily };
    expect(store.takeOrAsk(request)).toBeTypeOf("function");
    await here.take();
    const decision = store.takeOrAsk(request);
    expect(decision).toMatchObject({ allowed: false, remaining: 0, retryAfterMs: 12 * 3_600_000 });
  });

  it("is looked at again after 30 s, so that a reset elsewhere takes effect", async () => {
    const { base, clock, here, there } = environments();
    await here.take(3);
    await here.take();
    await there.reset();
    base.calls();
    clock.now += 29_999;
    expect((await here.take()).allowed).toBe(false);
    expect(base.calls()).toBe(0);
    clock.now += 1;
    expect((await here.take()).allowed).toBe(true);
  });

  it("is forgotten by a reset and a refund here, also if they fail", async () => {
    const { base, here } = environments();
    const taken = await here.take(3);
    await here.take();
    await here.refund(taken);
    expect((await here.take(3)).allowed).toBe(true);
    await here.take();
    await here.reset();
    expect((await here.take(3)).allowed).toBe(true);
    const { allowed } = await here.take();
    base.onCall = () => Promise.reject(new Error("down"));
    await expect(here.reset()).rejects.toThrow("down");
    base.onCall = async () => undefined;
    base.calls();
    expect([allowed, (await here.take()).allowed, base.calls()]).toEqual([false, false, 1]);
  });

  it("is not remembered if a reset here overtook the call", async () => {
    const { base, here } = environments();
    await here.take(3);
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
    expect((await late).allowed).toBe(false);
    expect((await here.take()).allowed).toBe(true);
  });

  it("does not stand for smaller costs, and stands for larger ones", async () => {
    const { base, here } = environments();
    await here.take(1);
    expect((await here.take(3)).allowed).toBe(false);
    base.calls();
    expect((await here.take(3)).allowed).toBe(false);
    expect(base.calls()).toBe(0);
    expect((await here.take(2)).allowed).toBe(true);
    expect((await here.take(1)).allowed).toBe(false);
    base.calls();
    expect(await here.take(2)).toMatchObject({ allowed: false, violated: [{ name: "3-per-day" }] });
    expect(base.calls()).toBe(0);
  });

  it("does not stand for a cost that never has room, and remembers that too", async () => {
    const { base, here } = environments();
    await here.take(3);
    await here.take(1);
    expect((await here.take(4)).retryAfterMs).toBe(Infinity);
    base.calls();
    expect(await here.take(5)).toMatchObject({ retryAfterMs: Infinity, violated: [{ name: "3-per-day" }] });
    expect(base.calls()).toBe(0);
  });

  it("is asked for with other limits, and not with a copy of the same", async () => {
    const { base, here } = environments();
    await here.take(3);
    await here.take();
    base.calls();
    expect((await here.take(1, [quota(3, "day")])).allowed).toBe(false);
    expect(base.calls()).toBe(0);
    expect((await here.take(1, [quota(5, "day")])).allowed).toBe(true);
    expect((await here.take(1, [quota(3, "month")])).allowed).toBe(true);
    expect((await here.take(1, [quota(3, "month"), quota(9, "day")])).allowed).toBe(true);
  });

  it("is asked for when the clock was set back", async () => {
    const { base, clock, here } = environments();
    await here.take(3);
    await here.take();
    base.calls();
    clock.now -= 4_000;
    await here.take();
    expect(base.calls()).toBe(0);
    clock.now -= 4_000;
    await here.take();
    expect(base.calls()).toBe(1);
  });

  it("no longer shows a limit as violated that is free again before the others", async () => {
    const { clock, here } = environments([slidingWindow(1, "1s"), ...daily]);
    await here.take(1);
    clock.now += 3_000;
    await here.take(1);
    clock.now += 3_000;
    await here.take(1);
    const rejection = await here.take(1);
    expect(rejection.violated.map(({ name }) => name)).toEqual(["1-per-1s", "3-per-day"]);
    clock.now += 2_001;
    expect((await here.take(1)).violated.map(({ name }) => name)).toEqual(["3-per-day"]);
  });

  it("keeps no more than some thousand keys, and no long ones", async () => {
    const { base, clock, store } = environments();
    const keys = Array.from({ length: 4_097 }, (_, index) => `key ${index}`);
    const limits = [quota(1, "day")];
    for (const key of [...keys, ...keys]) await keyOf(store, limits, clock, key).take();
    base.calls();
    await keyOf(store, limits, clock, "key 1").take();
    expect(base.calls()).toBe(0);
    await keyOf(store, limits, clock, "key 0").take();
    expect(base.calls()).toBe(1);
    const long = keyOf(store, limits, clock, "x".repeat(1_025));
    for (let times = 0; times < 3; times += 1) await long.take();
    expect(base.calls()).toBe(3);
  });
});

describe("a key that is not blocked", () => {
  it("is forgotten as blocked when the store admits it", async () => {
    const { base, clock, here, there } = environments();
    await here.take(2);
    await here.take(2);
    await there.reset();
    clock.now += 30_000;
    expect((await here.take(2)).allowed).toBe(true);
    clock.now -= 1;
    base.calls();
    expect((await here.take(2)).allowed).toBe(false);
    expect(base.calls()).toBe(1);
  });

  it("gets the store's decision under its own receipt, and the store its own decision for a refund", async () => {
    const { base, store, here } = environments();
    const decision = await here.take(2);
    expect(decision).toMatchObject({ allowed: true, remaining: 1, retryAfterMs: 0, violated: [] });
    expect(receiptOf(decision)?.store).toBe(store);
    await here.refund(decision);
    expect(base.refunded[0]).toBe(base.decisions[0]);
    const copy = { ...decision };
    await here.refund(copy);
    expect(base.refunded[1]).toBe(copy);
  });

  it("is peeked at in the store, and the store is connected ahead", async () => {
    const { base, store, here } = environments();
    await here.take(2);
    expect(await here.remaining()).toEqual([1]);
    await store.connect();
    let connected = 0;
    base.connect = async () => {
      connected += 1;
    };
    await store.connect();
    expect(connected).toBe(1);
  });

  it("rejects as the store does when it fails", async () => {
    const { base, here } = environments();
    base.onCall = () => Promise.reject(new Error("down"));
    await expect(here.take()).rejects.toThrow("down");
  });
});
