import type { RateLimitStore, StoreRequest } from "./store.ts";

/** What is left of one limit. */
export interface LimitState {
  readonly name: string;
  readonly limit: number;
  /** How much may still be taken now. */
  readonly remaining: number;
  /** Milliseconds until all of it may be taken again, if nothing is taken until then. */
  readonly resetAfterMs: number;
}

/** What was decided about all limits together. */
export interface Decision {
  readonly allowed: boolean;
  /** Of the limit of which the least is left; 0 where no store could be asked. */
  readonly remaining: number;
  /** Of the same limit, in ms. */
  readonly resetAfterMs: number;
  /** Milliseconds until the same may be taken, if nobody else takes; 0 when allowed, `Infinity` where it never may. */
  readonly retryAfterMs: number;
  /** The limits that it would have gone over. */
  readonly violated: readonly LimitState[];
  /** Every limit, in the order given; empty where no store could be asked (`onStoreError` "allow" or "deny"). */
  readonly limits: readonly LimitState[];
}

/** What a decision was about, and which store made it. */
export interface Receipt {
  readonly request: StoreRequest;
  readonly store: RateLimitStore;
}

/**
 * A decision that remembers what it charged. A class for its private fields alone: they show nowhere, and a `WeakMap`
 * beside a plain object made taking three times as slow.
 */
class ReceiptedDecision implements Decision {
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetAfterMs: number;
  readonly retryAfterMs: number;
  readonly violated: readonly LimitState[];
  readonly limits: readonly LimitState[];
  readonly #request: StoreRequest;
  readonly #store: RateLimitStore;

  constructor(
    tightest: LimitState | undefined,
    limits: readonly LimitState[],
    violated: readonly LimitState[],
    retryAfterMs: number,
    request: StoreRequest,
    store: RateLimitStore,
  ) {
    // Something to wait for is what a rejection is.
    this.allowed = retryAfterMs === 0;
    this.remaining = tightest === undefined ? 0 : tightest.remaining;
    this.resetAfterMs = tightest === undefined ? 0 : tightest.resetAfterMs;
    this.retryAfterMs = retryAfterMs;
    this.violated = violated;
    this.limits = limits;
    this.#request = request;
    this.#store = store;
  }

  static isOf(decision: Decision, store: RateLimitStore): boolean {
    return #store in decision && decision.#store === store;
  }

  static receipt(decision: Decision): Receipt | undefined {
    return #store in decision ? { request: decision.#request, store: decision.#store } : undefined;
  }
}

/** What a decision was about; `undefined` for one that no store made, a copy for instance. */
export const receiptOf: (decision: Decision) => Receipt | undefined = ReceiptedDecision.receipt;

/** Whether a decision has a receipt of this store, and not, where one store asks another, of that one. */
export const isReceipted: (decision: Decision, store: RateLimitStore) => boolean = ReceiptedDecision.isOf;

/** The limit of which the least is left, the first of several. */
export function tightestOf(limits: readonly LimitState[]): LimitState | undefined {
  let tightest = limits[0];
  for (let index = 1; index < limits.length; index += 1) {
    const state = limits[index] as LimitState;
    if (state.remaining < (tightest as LimitState).remaining) tightest = state;
  }
  return tightest;
}

/**
 * The decision of `store` about `request`, out of the states of all limits and of those violated; allowed where there
 * is nothing to wait for.
 */
export function decide(
  limits: readonly LimitState[],
  violated: readonly LimitState[],
  retryAfterMs: number,
  request: StoreRequest,
  store: RateLimitStore,
): Decision {
  return new ReceiptedDecision(tightestOf(limits), limits, violated, retryAfterMs, request, store);
}
