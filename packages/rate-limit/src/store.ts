import type { Decision, LimitState } from "./decision.ts";
import type { Limit } from "./limits/limit.ts";

/** What a store is asked. */
export interface StoreRequest {
  /** Whose: the limiter's name and the caller's key. */
  readonly key: string;
  /** Whole, 0 or more. */
  readonly cost: number;
  /** The caller's wall clock, in whole epoch ms. A store that reads a clock of its own, shared by all, may ignore it. */
  readonly now: number;
  /** 1 to 8 limits with different ids. The same array every time, where the limits are fixed. */
  readonly limits: readonly Limit[];
}

/**
 * Where counts are kept. Every method that waits for something gives up when `signal` aborts, and rejects when the
 * store fails: what then happens is the limiter's business (`onStoreError`).
 */
export interface RateLimitStore {
  /**
   * Decides about all limits together and charges all of them or none: where one has no room, nothing is counted. A
   * limit has room for `cost` where what it holds and `cost` are at most `limit`.
   */
  take(request: StoreRequest, signal: AbortSignal): Promise<Decision>;
  /** The same without waiting, where a store can: then `take` is not called, and neither timer nor promise is paid. */
  takeSync?(request: StoreRequest): Decision;
  /**
   * Gives back what `take(charged)` counted when it answered `decision`: never below 0, and nothing where the window
   * that it was counted in is over at `now`. Called at most once for a decision.
   */
  refund(charged: StoreRequest, decision: Decision, now: number, signal: AbortSignal): Promise<void>;
  /** What is left of each limit, in their order, without counting. */
  peek(request: Omit<StoreRequest, "cost">, signal: AbortSignal): Promise<readonly LimitState[]>;
  /** Forgets everything counted under `key`. */
  reset(key: string, signal: AbortSignal): Promise<void>;
  /** Opens the connection ahead of the first request; for `prime` of a warm-up. */
  connect?(): Promise<void>;
}
