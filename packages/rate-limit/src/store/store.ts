import type { Limit } from "../limits/limit.ts";
import type { Decision, LimitState } from "./decision.ts";

/** The request that a store decides about. */
export interface StoreRequest {
  /** The limiter's name and the caller's key. */
  readonly key: string;
  /** Whole, 0 or more. */
  readonly cost: number;
  /** The caller's wall clock, in whole epoch ms. A store may ignore it if it has a clock of its own, shared by all. */
  readonly now: number;
  /** 1 to 8 limits with different ids. The same array every time if the limits are fixed. */
  readonly limits: readonly Limit[];
}

/** Makes the store call of a request that this environment cannot decide alone. */
export type Ask = (signal: AbortSignal) => Promise<Decision>;

/**
 * Keeps the counts. Every method that waits gives up when `signal` aborts, and rejects if the store fails. The limiter
 * then decides by `onStoreError`.
 */
export interface RateLimitStore {
  /**
   * Decides about all limits together and charges all of them or none: if one has no room, nothing is counted. A limit
   * has room for `cost` if what it holds plus `cost` is at most `limit`.
   */
  take(request: StoreRequest, signal: AbortSignal): Promise<Decision>;
  /** The same without waiting, for stores that can: then `take` is not called, and costs no timer and no promise. */
  takeSync?(request: StoreRequest): Decision;
  /**
   * The same for stores that can decide some requests at once, from the memory of this environment: the decision, or the
   * call to make. Then `take` is not called, and a decision from memory costs no timer and no promise.
   */
  takeOrAsk?(request: StoreRequest): Decision | Ask;
  /**
   * Gives back what `take(charged)` counted when it returned `decision`: never below 0, and nothing if the window that
   * it was counted in is over at `now`. Called at most once for a decision.
   */
  refund(charged: StoreRequest, decision: Decision, now: number, signal: AbortSignal): Promise<void>;
  /** What is left of each limit, in their order, without counting. */
  peek(request: Omit<StoreRequest, "cost">, signal: AbortSignal): Promise<readonly LimitState[]>;
  /** Forgets everything counted under `key`. */
  reset(key: string, signal: AbortSignal): Promise<void>;
  /** Throws a `RangeError` if the store cannot count one of these limits. A limiter calls it before it uses them. */
  check?(limits: readonly Limit[]): void;
  /** Opens the connection ahead of the first request; for `prime` of a warm-up. */
  connect?(): Promise<void>;
}
