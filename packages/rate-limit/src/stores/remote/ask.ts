import type { Limit } from "../../limits/limit.ts";
import type { Decision } from "../../store/decision.ts";
import type { Ask, RateLimitStore, StoreRequest } from "../../store/store.ts";

/** A store behind a network, which decides what it can from the memory of this environment. */
export interface RemoteStore extends RateLimitStore {
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
