import fc from "fast-check";
import { describe, it } from "vitest";
import type { RateLimitStore } from "../../store/store.ts";
import { memoryStore } from "../../stores/memory/memory-store.ts";
import { storeProperties } from "../index.ts";

/** A memory store as a server of its own: on its own clock, and called over a promise. */
function serverStore(): RateLimitStore {
  const { takeSync, refund, peek, reset } = memoryStore();
  return {
    take: async (request) => takeSync({ ...request, now: Date.now() }),
    refund: (request, decision, _now, signal) => refund(request, decision, Date.now(), signal),
    peek: (request, signal) => peek({ ...request, now: Date.now() }, signal),
    reset,
  };
}

describe("a store on a clock of its own, shared by environments", () => {
  for (const { name, needs, run } of storeProperties(fc, { numRuns: 20 })) {
    if (needs.includes("caller-clock")) continue;
    it.concurrent(name, { timeout: 60_000 }, async () => {
      const store = serverStore();
      const advance = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
      await run({ store, others: [store], clock: "store", now: Date.now, advance });
    });
  }
});
