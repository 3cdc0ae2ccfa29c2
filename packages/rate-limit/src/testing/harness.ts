import assert from "node:assert/strict";
import type { Limit } from "../limits/limit.ts";
import type { Decision, LimitState } from "../store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../store/store.ts";

/** A store and its time, for the cases of `storeContract` and `storeProperties`. */
export interface StoreHarness {
  readonly store: RateLimitStore;
  /**
   * Whose clock counts. `"caller"`: the store goes by the `now` of each request, so that a test can move time. `"store"`:
   * it ignores that and reads a clock of its own, in real time.
   * @default "caller"
   */
  readonly clock?: "caller" | "store" | undefined;
  /**
   * Epoch ms. With `clock: "caller"` a clock that stands still until `advance` moves it; with `"store"` the time as the
   * store reads it: `Date.now` if both run on one machine.
   */
  now(): number;
  /** Lets this much time pass: moves the clock, or waits if the store reads its own. */
  advance(ms: number): Promise<void>;
  /**
   * More instances of the store on the same data, as other execution environments have them; at least one for the cases
   * that need `"environments"`.
   * @default none
   */
  readonly others?: readonly RateLimitStore[] | undefined;
  /**
   * Whether an instance may reject a key that is over its limit from its own memory, without a call. `retryAfterMs` of
   * such a rejection is a lower bound, its limits are as they were, and it shows a `reset` or a `refund` by another
   * instance up to 30 s late.
   * @default false
   */
  readonly remembersRejections?: boolean | undefined;
  /** Bytes that the store keeps for a key; checked, if given, not to grow for ever. @default not checked */
  readonly bytesOf?: ((key: string) => Promise<number>) | undefined;
}

/** A key that no other case, run or process uses. */
export function freshKey(): string {
  return `contract:${crypto.randomUUID()}`;
}

const { signal } = new AbortController();

/** A take, by which instance, and the decision about it. */
export interface Taken {
  readonly environment: number;
  readonly request: StoreRequest;
  readonly decision: Decision;
}

/** Which instance of the store is called, and how far the caller's clock is ahead of the harness's. */
export interface Caller {
  /** 0 is `store`, 1 the first of `others`; counted on from the start when there are fewer. @default 0 */
  readonly environment?: number | undefined;
  /** @default 0 */
  readonly aheadMs?: number | undefined;
}

/** A key, and the store's methods for it. */
export interface Hand {
  readonly key: string;
  take(cost?: number, limits?: readonly Limit[], caller?: Caller): Promise<Taken>;
  peek(limits?: readonly Limit[], caller?: Caller): Promise<readonly LimitState[]>;
  remaining(limits?: readonly Limit[], caller?: Caller): Promise<number[]>;
  /** By the instance that took: no other one has its decision. */
  refund(taken: Taken): Promise<void>;
  reset(caller?: Caller): Promise<void>;
}

/** Takes `own` limits from the store under `key`, unless given others. */
export function handOn(harness: StoreHarness, own: readonly Limit[], key: string = freshKey()): Hand {
  const stores = [harness.store, ...(harness.others ?? [])];
  const storeOf = ({ environment = 0 }: Caller = {}): RateLimitStore =>
    stores[environment % stores.length] as RateLimitStore;
  const nowOf = ({ aheadMs = 0 }: Caller = {}): number => Math.floor(harness.now()) + aheadMs;

  async function peek(limits = own, caller?: Caller): Promise<readonly LimitState[]> {
    return storeOf(caller).peek({ key, now: nowOf(caller), limits }, signal);
  }

  return {
    key,
    peek,
    async take(cost = 1, limits = own, caller) {
      const request = { key, cost, now: nowOf(caller), limits };
      const { environment = 0 } = caller ?? {};
      return { environment, request, decision: await storeOf(caller).take(request, signal) };
    },
    async remaining(limits, caller) {
      return (await peek(limits, caller)).map((state) => state.remaining);
    },
    refund: ({ environment, request, decision }) => storeOf({ environment }).refund(request, decision, nowOf(), signal),
    reset: (caller) => storeOf(caller).reset(key, signal),
  };
}

/** The other environments of a harness. Throws if it has none. */
export function othersOf({ others = [] }: StoreHarness): readonly RateLimitStore[] {
  assert.ok(
    others.length > 0,
    "this case needs `others` of the harness: other instances of the store on the same data",
  );
  return others;
}
