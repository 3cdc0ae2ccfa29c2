import type { Limit } from "../../limits/limit.ts";
import type { Decision } from "../../store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";

/** Makes the store call of a request that this environment cannot decide alone. */
export type Ask = (signal: AbortSignal) => Promise<Decision>;

/** A store behind a network, which decides what it can from the memory of this environment. */
export interface RemoteStore extends RateLimitStore {
  /**
   * Decides at once if this environment knows enough; otherwise returns the call to make. An alternative to `take`, for
   * callers that want no timer and no promise for an answer from memory.
   */
  takeOrAsk(request: StoreRequest): Decision | Ask;
  check(limits: readonly Limit[]): void;
  connect(): Promise<void>;
}

/** The `take` of a store whose `takeOrAsk` is given. */
export function takeBy(takeOrAsk: RemoteStore["takeOrAsk"]): RateLimitStore["take"] {
  return async function take(request, signal) {
    const answer = takeOrAsk(request);
    return typeof answer === "function" ? answer(signal) : answer;
  };
}
