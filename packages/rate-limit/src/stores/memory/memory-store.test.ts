import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, it, vi } from "vitest";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { storeContract } from "../../testing/store-contract.ts";
import type { HashKey } from "./hash.ts";
import { createMemoryStore, memoryStore } from "./memory-store.ts";
import { Table } from "./table.ts";

const { signal } = new AbortController();
const now = Date.UTC(2026, 0, 1);

describe("memoryStore as a store", () => {
  for (const { name, run } of storeContract.filter(({ needs }) => !needs.includes("environments"))) {
    it(name, async () => {
      const clock = manualClock();
      await run({ store: memoryStore(), now: clock.now, advance: clock.advance });
    });
  }
});

describe("memoryStore", () => {
  function taker(maxBytes: number, limits: readonly Limit[], hashKey: HashKey = [1, 2]) {
    const store = createMemoryStore(maxBytes, () => hashKey);
    return {
      store,
      take: (key: string, at = now, own = limits) => store.takeSync({ key, cost: 1, now: at, limits: own }),
      remaining: async (key: string, at = now) => (await store.peek({ key, now: at, limits }, signal))[0]?.remaining,
    };
  }

  it("remembers every key while there is room", async () => {
    const { take, remaining } = taker(1_048_576, [quota(5, "year")]);
    // 16 bytes a slot: 65,536 slots, of which these keys take 60 %.
    for (let key = 0; key < 40_000; key += 1) take(`key ${key}`);
    for (let key = 0; key < 40_000; key += 1) expect(await remaining(`key ${key}`)).toBe(4);
  });

  it("is nearly full before it grows by a third: at most 32 bytes a key, of which 20 are the slot", () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const before = process.memoryUsage().arrayBuffers;
      const { take } = taker(4_194_304, [slidingWindow(5, "1h")], [seed * 7_919, seed]);
      let worst = 0;
      for (let key = 1; key <= 20_000; key += 1) {
        take(`key ${key}`);
        if (key > 2_000 && key % 64 === 0) {
          worst = Math.max(worst, (process.memoryUsage().arrayBuffers - before) / key);
        }
      }
      expect(worst).toBeLessThan(32);
    }
  });

  it("keeps what callers with a larger capacity have taken, whatever callers with a smaller one do", () => {
    const [large, small] = [100, 5].map((capacity) => [tokenBucket({ name: "b", capacity, refillPerSecond: 1 })]);
    const store = createMemoryStore(65_536, () => [1, 2]);
    const take = (key: string, limits: readonly Limit[] = []) => store.takeSync({ key, cost: 1, now, limits });
    for (let times = 0; times < 100; times += 1) expect(take("paid", large).allowed).toBe(true);
    for (let key = 0; key < 5_000; key += 1) {
      take(`free ${key}`, small);
      if (key % 10 === 0) expect(take("paid", large).allowed).toBe(false);
    }
  });

  it.each([1, 2, 3, 5, 10, 30])("does not copy its tables over and over in a flood: %i sets of windows", (sets) => {
    const resize = vi.spyOn(Table.prototype, "resize");
    const lists = Array.from({ length: sets }, (_, set) => [slidingWindow(5, 3_600_000 + set)]);
    for (const maxBytes of [65_536, 262_144, 1_048_576]) {
      const store = createMemoryStore(maxBytes, () => [1, 2]);
      const flood = (from: number, to: number): number => {
        resize.mockClear();
        for (let key = from; key < to; key += 1) {
          const limits = lists[key % sets] as (typeof lists)[number];
          store.takeSync({ key: `key ${key}`, cost: 1, now, limits });
        }
        return resize.mock.calls.length;
      };
      flood(0, 100_000);
      expect(flood(100_000, 130_000)).toBeLessThanOrEqual(sets);
    }
    resize.mockRestore();
  });

  it("loses no key while it grows, whatever its hash", () => {
    const limits = [quota(5, "year")];
    for (let seed = 0; seed < 300; seed += 1) {
      const store = createMemoryStore(65_536, () => [seed * 7_919, seed ^ 0x5555]);
      const take = (key: number) => store.takeSync({ key: `key ${key}`, cost: 1, now, limits });
      for (let key = 0; key < 900; key += 1) take(key);
      for (let key = 0; key < 900; key += 1) expect(take(key).remaining).toBe(3);
    }
  });

  it("evicts keys seen once in a flood of keys, never one that is over its limit", () => {
    const { take } = taker(65_536, [quota(2, "year")]);
    const blocked = Array.from({ length: 200 }, (_, index) => `blocked ${index}`);
    for (const key of [...blocked, ...blocked]) take(key);
    for (let key = 0; key < 100_000; key += 1) take(`flood ${key}`);
    for (const key of blocked) expect(take(key).allowed).toBe(false);
  });

  it("evicts a key that has used little before one that has used much", async () => {
    const { take, remaining } = taker(65_536, [quota(10, "year")]);
    const busy = Array.from({ length: 200 }, (_, index) => `busy ${index}`);
    for (let turn = 0; turn < 9; turn += 1) for (const key of busy) take(key);
    for (let key = 0; key < 100_000; key += 1) take(`flood ${key}`);
    for (const key of busy) expect(await remaining(key)).toBe(1);
  });

  it("reuses the slot of a key whose time is over before it evicts a live one", async () => {
    const { take, remaining } = taker(65_536, [slidingWindow(5, "1s")]);
    for (let key = 0; key < 10_000; key += 1) take(`old ${key}`);
    for (let key = 0; key < 1_500; key += 1) take(`new ${key}`, now + 2_000);
    for (let key = 0; key < 1_500; key += 1) expect(await remaining(`new ${key}`, now + 2_000)).toBe(4);
  });

  it("counts new keys together if all slots are taken by keys over their limit, and refunds none of them", async () => {
    const limits = [quota(1, "year")];
    const { store, take } = taker(65_536, limits);
    let filled = 0;
    for (let key = 0; key < 40_000; key += 1) if (take(`full ${key}`).allowed) filled += 1;
    // 4,096 slots of 16 bytes at most, and a shared one for each 64 of them.
    expect(filled).toBeLessThan(4_096 + 64);
    expect(filled).toBeGreaterThan(3_000);
    expect(take("late").allowed).toBe(false);
    const request = { key: "late", cost: 1, now, limits };
    await store.refund(request, store.takeSync(request), now, signal);
    expect(take("late").allowed).toBe(false);
  });

  it("peeks at what a take will find, even if keys are counted together", async () => {
    const { take, remaining } = taker(65_536, [quota(1, "year")]);
    for (let key = 0; key < 6_000; key += 1) {
      const left = await remaining(`key ${key}`);
      expect([key, take(`key ${key}`).allowed]).toEqual([key, left === 1]);
    }
  });

  it("evicts no key for a cost that can never be taken", async () => {
    const limits = [quota(2, "year")];
    const { store, take, remaining } = taker(65_536, limits);
    for (let key = 0; key < 20_000; key += 1) take(`known ${key}`);
    const left = async () => {
      let sum = 0;
      for (let key = 0; key < 20_000; key += 1) sum += (await remaining(`known ${key}`)) ?? 0;
      return sum;
    };
    const before = await left();
    for (let key = 0; key < 20_000; key += 1) store.takeSync({ key: `${key}`, cost: 3, now, limits });
    expect(await left()).toBe(before);
  });

  it("keeps counts apart if windows differ, and together if only numbers differ", () => {
    const { take } = taker(65_536, [quota(2, "year")]);
    take("a");
    expect(take("a", now, [quota(3, "year")]).remaining).toBe(1);
    expect(take("a", now, [quota(3, "month")]).remaining).toBe(2);
    expect(take("a").remaining).toBe(0);
  });

  it("shares its bytes among sets of windows that grow one after the other", async () => {
    const one = [quota(9, "year")];
    const other = [slidingWindow(9, "1h")];
    const { store, take } = taker(131_072, one);
    for (let key = 0; key < 20_000; key += 1) take(`one ${key}`);
    for (let key = 0; key < 2_000; key += 1) take(`other ${key}`, now, other);
    const peek = async (key: string) => (await store.peek({ key, now, limits: other }, signal))[0]?.remaining;
    for (let key = 0; key < 2_000; key += 1) expect(await peek(`other ${key}`)).toBe(8);
    for (let key = 0; key < 20_000; key += 1) take(`one ${key}`);
    for (let key = 0; key < 2_000; key += 1) expect(await peek(`other ${key}`)).toBe(8);
  });

  it("lets a set of windows that was cut down for a newcomer grow into the room that is left", async () => {
    const [one, other, newcomer] = [[quota(9, "year")], [quota(9, "month")], [quota(9, "week")]];
    const { store } = taker(196_608, []);
    const take = (key: string, limits: readonly Limit[]) => store.takeSync({ key, cost: 1, now, limits });
    for (let key = 0; key < 20_000; key += 1) take(`${key}`, one);
    for (let key = 0; key < 20_000; key += 1) take(`${key}`, other);
    take("a", newcomer);
    // A third of the bytes holds 4,096 keys; two thirds less one small table hold more.
    for (let key = 0; key < 5_500; key += 1) for (let times = 0; times < 3; times += 1) take(`again ${key}`, one);
    let kept = 0;
    for (let key = 0; key < 5_500; key += 1) {
      const [state] = await store.peek({ key: `again ${key}`, now, limits: one }, signal);
      if (state?.remaining === 6) kept += 1;
    }
    expect(kept).toBeGreaterThan(5_000);
  });

  it("keeps sixteen sets of windows, and then drops the one unused for longest", async () => {
    const { store } = taker(65_536, []);
    const sets = Array.from({ length: 20 }, (_, index) => [slidingWindow(5, 60_000 + index)]);
    for (const [index, limits] of sets.entries()) store.takeSync({ key: "a", cost: 1, now: now + index, limits });
    const left = await Promise.all(
      sets.slice(4).map((limits) => store.peek({ key: "a", now: now + 20, limits }, signal)),
    );
    expect(left.map(([state]) => state?.remaining)).toEqual(Array(16).fill(4));
    const [given] = await store.peek({ key: "a", now: now + 20, limits: sets[0] ?? [] }, signal);
    expect(given?.remaining).toBe(5);
  });

  it("drops only one set of windows for a newcomer, even if all were used in the same ms", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const { store } = taker(65_536, []);
    const sets = Array.from({ length: 17 }, (_, index) => [slidingWindow(5, 60_000 + index)]);
    for (const limits of sets) store.takeSync({ key: "a", cost: 1, now, limits });
    const left = await Promise.all(sets.slice(1).map((limits) => store.peek({ key: "a", now, limits }, signal)));
    expect(left.map(([state]) => state?.remaining)).toEqual(Array(16).fill(4));
    vi.restoreAllMocks();
  });

  it("holds 200 limits of different names, one per tenant", () => {
    const { take } = taker(4_194_304, []);
    const tenants = Array.from({ length: 200 }, (_, index) => [slidingWindow(2, "1h", { name: `tenant ${index}` })]);
    let admitted = 0;
    for (let turn = 0; turn < 10; turn += 1) {
      for (const limits of tenants) if (take("a", now + turn, limits).allowed) admitted += 1;
    }
    expect(admitted).toBe(2 * 200);
  });

  it("warns once when it drops a set of windows", async () => {
    const warnings: string[] = [];
    vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
    const { take } = taker(65_536, []);
    for (let index = 0; index < 16; index += 1) take("a", now, [slidingWindow(5, 60_000 + index)]);
    expect(warnings).toEqual([]);
    for (let index = 16; index < 20; index += 1) take("a", now, [slidingWindow(5, 60_000 + index)]);
    expect(warnings).toEqual([expect.stringMatching(/more than 16 different sets of windows and names .*maxBytes/)]);
    vi.restoreAllMocks();
  });

  it("counts even if its bytes are hardly enough for one key of the largest limits", () => {
    const { take } = taker(
      65_536,
      Array.from({ length: 8 }, (_, index) => slidingWindow(3, 3_600_000 + index, { strict: true })),
    );
    expect(Array.from({ length: 20 }, () => take("a").allowed).filter(Boolean)).toHaveLength(3);
  });

  it("ignores a reset of an unknown key", async () => {
    const { store, take, remaining } = taker(65_536, [quota(2, "year")]);
    take("a");
    await store.reset("b", signal);
    expect(await remaining("a")).toBe(1);
  });

  it("refuses bad options", () => {
    expect(() => memoryStore({ maxBytes: 1_000 })).toThrow(
      /maxBytes must be a whole number between 65536 and 1073741824, got 1000/,
    );
    expect(() => memoryStore({ size: 1 } as never)).toThrow(/memoryStore: unknown option size/);
  });
});
