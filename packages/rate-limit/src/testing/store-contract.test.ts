import { AssertionError } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { kvStore } from "../../docs/kv-store.ts";
import type { Decision, LimitState } from "../store/decision.ts";
import { decide } from "../store/receipt.ts";
import type { RateLimitStore, StoreRequest } from "../store/store.ts";
import { type MemoryStore, memoryStore } from "../stores/memory/memory-store.ts";
import { type StoreContractCase, type StoreHarness, storeContract, storeProperties } from "./index.ts";

const cases = [...storeContract, ...storeProperties(fc, { numRuns: 30 })];

/** Rejects a key that is over its limit from memory, looking again every 30 s, as a store for fleets may. */
function remembering(inner: RateLimitStore): RateLimitStore {
  const blocked = new Map<string, { request: StoreRequest; decision: Decision; until: number; askAt: number }>();
  const store: RateLimitStore = {
    ...inner,
    async take(request, signal) {
      const { key, cost, now, limits } = request;
      const known = blocked.get(key);
      const isKnown = known?.request.limits === limits && cost >= known.request.cost;
      if (isKnown && now >= known.request.now && now < Math.min(known.until, known.askAt)) {
        const impossible = limits.some(({ limit }) => cost > limit);
        const retryAfterMs = impossible ? Infinity : known.until - now;
        return decide({ ...known.decision, request, store, retryAfterMs });
      }
      const decision = await inner.take(request, signal);
      const { retryAfterMs, allowed } = decision;
      if (allowed || retryAfterMs === Infinity) blocked.delete(key);
      else blocked.set(key, { request, decision, until: now + retryAfterMs, askAt: now + 30_000 });
      return decision;
    },
    async refund(request, ...rest) {
      blocked.delete(request.key);
      return inner.refund(request, ...rest);
    },
    async reset(key, signal) {
      blocked.delete(key);
      return inner.reset(key, signal);
    },
  };
  return store;
}

describe("a store of several environments that remembers rejections", () => {
  let server: ChildProcess;
  let url = "";
  beforeAll(async () => {
    server = spawn(process.execPath, [join(import.meta.dirname, "../../docs/kv-server.ts")]);
    url = String((await once(server.stdout as NodeJS.ReadableStream, "data"))[0]).trim();
  });
  afterAll(() => server.kill());

  async function bytesOf(key: string): Promise<number> {
    return (await (await fetch(`${url}/${createHash("sha256").update(key).digest("hex")}`)).text()).length;
  }

  for (const { name, run } of cases) {
    it(name, { timeout: 60_000 }, async () => {
      const clock = manualClock();
      const [store, ...others] = Array.from({ length: 3 }, () => remembering(kvStore(url))) as [RateLimitStore];
      const advance = async (ms: number): Promise<void> => clock.jump(ms);
      await run({ store, others, remembersRejections: true, bytesOf, now: clock.now, advance });
    });
  }
});

/** A store with a mistake, made from one without. */
type Mistake = (inner: MemoryStore) => Partial<RateLimitStore>;

const changed = (decision: Decision, change: Partial<Decision>): Decision => ({ ...decision, ...change });
const eachState = (states: readonly LimitState[], change: (state: LimitState) => Partial<LimitState>) =>
  states.map((state) => ({ ...state, ...change(state) }));

const mistakes: Readonly<Record<string, Mistake>> = {
  "admits one more": (inner) => ({
    take: async (request) =>
      inner.takeSync({ ...request, limits: request.limits.map((limit) => ({ ...limit, limit: limit.limit + 1 })) }),
  }),
  "charges limits one by one": (inner) => ({
    async take(request) {
      const decisions = request.limits.map((limit) => inner.takeSync({ ...request, limits: [limit] }));
      const violated = decisions.flatMap((decision) => decision.violated);
      const retryAfterMs = Math.max(...decisions.map((decision) => decision.retryAfterMs));
      const limits = decisions.flatMap((decision) => decision.limits);
      return decide({ request, store: inner, limits, violated, retryAfterMs });
    },
  }),
  "looks first and takes then": (inner) => ({
    async take(request, signal) {
      const states = await inner.peek(request, signal);
      const hasRoom = states.every(({ remaining }) => remaining >= request.cost);
      const limits = request.limits.map((limit) => ({ ...limit, limit: 1_000 }));
      await Promise.resolve();
      return hasRoom ? inner.takeSync({ ...request, limits }) : inner.takeSync(request);
    },
  }),
  "reports a time to retry that is 1 ms early": (inner) => ({
    async take(request) {
      const decision = inner.takeSync(request);
      return changed(decision, { retryAfterMs: Math.max(0, decision.retryAfterMs - 1) });
    },
  }),
  "reports a time to retry that is 1 ms late": (inner) => ({
    async take(request) {
      const decision = inner.takeSync(request);
      return changed(decision, { retryAfterMs: decision.allowed ? 0 : decision.retryAfterMs + 1 });
    },
  }),
  "reports what was left before the take": (inner) => ({
    async take(request, signal) {
      const limits = await inner.peek(request, signal);
      return changed(inner.takeSync(request), { limits, remaining: Math.min(...limits.map((each) => each.remaining)) });
    },
  }),
  "reports a reset 1 ms early": (inner) => ({
    async peek(request, signal) {
      return eachState(await inner.peek(request, signal), (each) => ({
        resetAfterMs: Math.max(0, each.resetAfterMs - 1),
      }));
    },
  }),
  "counts a peek": (inner) => ({
    async peek(request, signal) {
      inner.takeSync({ ...request, cost: 1 });
      return inner.peek(request, signal);
    },
  }),
  "counts a cost of 0 as 1": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, cost: Math.max(1, request.cost) }),
  }),
  "lets a cost that never has room be retried": (inner) => ({
    async take(request) {
      const decision = inner.takeSync(request);
      return changed(decision, { retryAfterMs: Math.min(decision.retryAfterMs, 60_000) });
    },
  }),
  "never resets": () => ({ reset: async () => {} }),
  "never refunds": () => ({ refund: async () => {} }),
  "refunds everything": (inner) => ({ refund: ({ key }, _decision, _now, signal) => inner.reset(key, signal) }),
  "refunds what another window counted": (inner) => ({
    refund: (request, decision, now, signal) => inner.refund({ ...request, now }, decision, now, signal),
  }),
  "cuts keys": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, key: request.key.slice(0, 1_000) }),
  }),
  "lowers the case of keys": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, key: request.key.toLowerCase() }),
  }),
  "trims keys": (inner) => ({ take: async (request) => inner.takeSync({ ...request, key: request.key.trim() }) }),
  "normalises keys": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, key: request.key.normalize() }),
  }),
  "forgets a count when a limit changes": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, limits: byNumber(request) }),
    peek: (request, signal) => inner.peek({ ...request, limits: byNumber(request) }, signal),
  }),
  "counts by a clock of seconds": (inner) => ({
    take: async (request) => inner.takeSync({ ...request, now: Math.floor(request.now / 1_000) * 1_000 }),
  }),
};

function byNumber({ limits }: Pick<StoreRequest, "limits">): StoreRequest["limits"] {
  return limits.map((limit) => ({ ...limit, id: `${limit.id}${limit.limit}` }));
}

function broken(mistake: Mistake): RateLimitStore {
  const inner = memoryStore({ maxBytes: 67_108_864 });
  const { take, refund, peek, reset } = inner;
  return { take, refund, peek, reset, ...mistake(inner) };
}

/** The cases that a store fails, by name. */
async function failed(store: RateLimitStore, own: readonly StoreContractCase[], extra: Partial<StoreHarness> = {}) {
  const names: string[] = [];
  for await (const name of failures(store, own, extra)) names.push(name);
  return names;
}

/** The first case that a store fails. */
async function firstFailed(
  store: RateLimitStore,
  own: readonly StoreContractCase[],
  extra: Partial<StoreHarness> = {},
) {
  for await (const name of failures(store, own, extra)) return name;
  return undefined;
}

async function* failures(store: RateLimitStore, own: readonly StoreContractCase[], extra: Partial<StoreHarness>) {
  for (const { name, needs, run } of own) {
    if (needs.includes("environments") && extra.others === undefined) continue;
    const clock = manualClock();
    const advance = async (ms: number): Promise<void> => clock.jump(ms);
    try {
      await run({ store, now: clock.now, advance, ...extra });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      expect(cause).toBeInstanceOf(AssertionError);
      yield name;
    }
  }
}

describe("a store with a mistake fails the contract", { timeout: 60_000 }, () => {
  it.each(Object.entries(mistakes))("it %s", async (_, mistake) => {
    expect(await firstFailed(broken(mistake), storeContract)).toBeDefined();
  });

  test("it counts for each environment alone", async () => {
    const others = [memoryStore(), memoryStore()];
    const names = await failed(memoryStore(), storeContract, { others });
    expect(names.join("\n")).toMatch(/counts for all environments together/);
  });

  test("it keeps what it needs no more", async () => {
    let bytes = 100;
    const names = await failed(memoryStore(), storeContract, {
      bytesOf: async () => {
        bytes += 1;
        return bytes;
      },
    });
    expect(names).toEqual([expect.stringMatching(/keeps nothing of windows that have passed/)]);
  });
});

describe("a store with a mistake fails the properties", { timeout: 60_000 }, () => {
  const properties = storeProperties(fc, { seed: 7 });
  const found = ["admits one more", "charges limits one by one", "reports a time to retry that is 1 ms early"];
  const more = ["reports a time to retry that is 1 ms late", "reports a reset 1 ms early", "refunds everything"];
  it.each([...found, ...more, "counts by a clock of seconds"])("it %s", async (name) => {
    expect(await firstFailed(broken(mistakes[name] as Mistake), properties)).toBeDefined();
  });

  test("it remembers rejections for too long", async () => {
    const { takeSync, ...inner } = memoryStore();
    const store = remembering({
      ...inner,
      async take(request) {
        const decision = takeSync(request);
        const { allowed, retryAfterMs } = decision;
        return changed(decision, { retryAfterMs: allowed ? 0 : retryAfterMs * 2 });
      },
    });
    expect(await firstFailed(store, properties, { remembersRejections: true })).toBeDefined();
  });
});

test("a case that needs other environments says so", async () => {
  const clock = manualClock();
  const needing = cases.filter(({ needs }) => needs.includes("environments"));
  expect(needing.length).toBeGreaterThan(10);
  for (const { run } of needing) {
    const harness = { store: memoryStore(), now: clock.now, advance: clock.advance };
    await expect(run(harness)).rejects.toThrow(/needs `others` of the harness/);
  }
});
