import type { Decision } from "../src/store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../src/store/store.ts";
import { memoryStore } from "../src/stores/memory/memory-store.ts";

/** A memory store that several remote stores share, as if it were behind a network. */
export interface SharedStore extends RateLimitStore {
  /** The cost of each take that reached it. */
  readonly takes: number[];
  /** The cost of each refund that reached it. */
  readonly refunds: number[];
  /** The decisions that it made, to see that a refund gets the same one. */
  readonly decisions: Decision[];
  readonly refunded: Decision[];
  /** Called before each call is made: may wait or throw. */
  onCall: (signal: AbortSignal) => Promise<void>;
  /** How many calls reached it since the last look. */
  calls(): number;
}

export function sharedStore(): SharedStore {
  const memory = memoryStore({ maxBytes: 16_777_216 });
  let seen = 0;
  const store: SharedStore = {
    takes: [],
    refunds: [],
    decisions: [],
    refunded: [],
    onCall: async () => undefined,
    async take(request: StoreRequest, signal: AbortSignal) {
      store.takes.push(request.cost);
      await store.onCall(signal);
      const decision = await memory.take(request, signal);
      store.decisions.push(decision);
      return decision;
    },
    async refund(charged, decision, now, signal) {
      store.refunds.push(charged.cost);
      store.refunded.push(decision);
      await store.onCall(signal);
      return memory.refund(charged, decision, now, signal);
    },
    peek: (request, signal) => memory.peek(request, signal),
    async reset(key, signal) {
      await store.onCall(signal);
      return memory.reset(key, signal);
    },
    calls() {
      const all = store.takes.length + store.refunds.length;
      const since = all - seen;
      seen = all;
      return since;
    },
  };
  return store;
}

/** A key of a store, taken with one list of limits at the time of `clock`. */
export function keyOf(store: RateLimitStore, limits: StoreRequest["limits"], clock: { now: number }, key = "k") {
  const { signal } = new AbortController();
  return {
    async take(
      cost = 1,
      own = limits,
      by: AbortSignal = signal,
    ): Promise<Decision & { readonly request: StoreRequest }> {
      const request = { key, cost, now: clock.now, limits: own };
      const decision = await store.take(request, by);
      return Object.assign(decision, { request });
    },
    refund: (decision: Decision & { readonly request: StoreRequest }) =>
      store.refund(decision.request, decision, clock.now, signal),
    peek: (own = limits) => store.peek({ key, now: clock.now, limits: own }, signal),
    remaining: async () =>
      (await store.peek({ key, now: clock.now, limits }, signal)).map(({ remaining }) => remaining),
    reset: () => store.reset(key, signal),
  };
}
