import { type Decision, type LimitState, tightestOf } from "./decision.ts";
import type { RateLimitStore, StoreRequest } from "./store.ts";

/** The charge of a decision, and the store that made it. */
export interface Receipt {
  readonly request: StoreRequest;
  readonly store: RateLimitStore;
}

/** The findings of a store about a request. */
export interface Findings extends Receipt {
  /** Every limit, in the order of the request. */
  readonly limits: readonly LimitState[];
  /** Those of `limits` without room for the cost. */
  readonly violated: readonly LimitState[];
  /** Milliseconds until all limits have room: 0 if they have, `Infinity` if one never will. */
  readonly retryAfterMs: number;
}

/**
 * A decision that remembers what it charged. A class for its private fields alone: they show nowhere, and a `WeakMap`
 * beside a plain object would make taking three times as slow.
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

  constructor({ limits, violated, retryAfterMs, request, store }: Findings) {
    const tightest = tightestOf(limits);
    this.allowed = retryAfterMs === 0;
    this.remaining = tightest === undefined ? 0 : tightest.remaining;
    this.resetAfterMs = tightest === undefined ? 0 : tightest.resetAfterMs;
    this.retryAfterMs = retryAfterMs;
    this.violated = violated;
    this.limits = limits;
    this.#request = request;
    this.#store = store;
  }

  static isBy(decision: Decision, store: RateLimitStore): boolean {
    return #store in decision && decision.#store === store;
  }

  static receipt(decision: Decision): Receipt | undefined {
    return #store in decision ? { request: decision.#request, store: decision.#store } : undefined;
  }
}

/**
 * Makes a store's decision: allowed if there is nothing to wait for. It carries its receipt, so that a refund needs no
 * lookup.
 *
 * @example
 * return decide({ request, store, limits: states, violated: [], retryAfterMs: 0 });
 */
export function decide(findings: Findings): Decision {
  return new ReceiptedDecision(findings);
}

/** The receipt of a decision; `undefined` if it has none: a copy, for instance, or a decision made without a store. */
export const receiptOf: (decision: Decision) => Receipt | undefined = ReceiptedDecision.receipt;

/** Whether a decision has a receipt of this store: if one store calls another, it may have that of the other. */
export const isDecidedBy: (decision: Decision, store: RateLimitStore) => boolean = ReceiptedDecision.isBy;
