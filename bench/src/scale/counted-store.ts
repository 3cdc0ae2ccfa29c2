import { memoryStore, type RateLimitStore } from "@midguard/rate-limit";

/** A store that all environments share, and how it was used. Decides as every store does; a call takes no time. */
export interface CountedStore extends RateLimitStore {
  /** Calls that reached it. */
  readonly calls: number;
  /** Units taken, less those given back. */
  readonly units: number;
}

export function countedStore(): CountedStore {
  const memory = memoryStore();
  let calls = 0;
  let units = 0;
  return {
    get calls() {
      return calls;
    },
    get units() {
      return units;
    },
    async take(request) {
      calls += 1;
      const decision = memory.takeSync(request);
      if (decision.allowed) units += request.cost;
      return decision;
    },
    async refund(charged, decision, now, signal) {
      calls += 1;
      units -= charged.cost;
      await memory.refund(charged, decision, now, signal);
    },
    peek: (request, signal) => memory.peek(request, signal),
    reset: (key, signal) => memory.reset(key, signal),
  };
}
