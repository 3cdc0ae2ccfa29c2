import type { Limit } from "../limits/limit.ts";
import type { Decision } from "../store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../store/store.ts";

/** A store and its time, for the contract's cases. */
export interface StoreHarness {
  readonly store: RateLimitStore;
  /** Epoch ms, as the store sees it. */
  now(): number;
  /** Lets this much time pass: moves a clock, or waits if the store reads its own. */
  advance(ms: number): Promise<void>;
}

/** A key that no other case, run or process uses. */
export function freshKey(): string {
  return `contract:${crypto.randomUUID()}`;
}

const { signal } = new AbortController();

/** A key, and the store's methods for it. */
interface Hand {
  readonly key: string;
  take(cost?: number, limits?: readonly Limit[]): Promise<{ request: StoreRequest; decision: Decision }>;
  remaining(limits?: readonly Limit[]): Promise<number[]>;
  refund(taken: { request: StoreRequest; decision: Decision }): Promise<void>;
  reset(): Promise<void>;
}

/** Takes `own` limits from the store under `key`, unless given others. */
export function handOn({ store, now }: StoreHarness, own: readonly Limit[], key: string = freshKey()): Hand {
  return {
    key,
    async take(cost = 1, limits = own) {
      const request = { key, cost, now: now(), limits };
      return { request, decision: await store.take(request, signal) };
    },
    async remaining(limits = own) {
      const states = await store.peek({ key, now: now(), limits }, signal);
      return states.map((state) => state.remaining);
    },
    refund: ({ request, decision }) => store.refund(request, decision, now(), signal),
    reset: () => store.reset(key, signal),
  };
}
