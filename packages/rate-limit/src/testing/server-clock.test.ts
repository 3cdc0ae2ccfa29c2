import fc from "fast-check";
import { describe, it } from "vitest";
import type { RateLimitStore } from "../store/store.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { storeContract, storeProperties } from "./index.ts";

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
  for (const { name, needs, run } of [...storeContract, ...storeProperties(fc)]) {
    // A memory store keeps each list of limits on its own.
    if (needs.includes("caller-clock") || name.startsWith("keeps the counts of the limits that stay")) continue;
    it.concurrent(name, { timeout: 60_000 }, async () => {
      const store = serverStore();
      // A timer may fire a millisecond early by the wall clock.
      const advance = async (ms: number) => {
        const until = Date.now() + ms;
        while (Date.now() < until) await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
      };
      await run({ store, others: [store], clock: "store", now: Date.now, advance });
    });
  }
});
