import type { Decision } from "../../store/decision.ts";
import type { Findings } from "../../store/receipt.ts";
import type { StoreRequest } from "../../store/store.ts";
import { createRecentKeys } from "./recent-keys.ts";
import { mostOf, sameLimits } from "./same-limits.ts";

/** A `reset`, or a refund by another environment, takes effect here after this long. */
const lookAgainMs = 30_000;
/** Requests that overlap are not in the order of their times. A clock set back by more than this was set. */
const disorderMs = 5_000;

/** A request that the store rejected, and its decision. */
interface Rejection {
  readonly request: StoreRequest;
  readonly decision: Decision;
}

/** The rejections that this environment knows of. */
export interface Rejections {
  /** The findings for a request that is known to have no room; `undefined` if the store must be asked. */
  findingsFor(request: StoreRequest): Omit<Findings, "store"> | undefined;
  /** Whether the last that is known of a key is a rejection of no more than this request, however long ago. */
  has(request: StoreRequest): boolean;
  /** A mark to take before a call, for `learn` after it. */
  mark(): number;
  /** Remembers a rejection, unless something was given back since the mark: then it may be out of date. */
  learn(request: StoreRequest, decision: Decision, mark: number): void;
  /** Forgets a rejection that an admitted request has disproved. */
  disprove(request: StoreRequest): void;
  /** Forgets a key, because something was given back. */
  forget(key: string): void;
}

/** What the rejection says at `elapsedMs` after it: states as they were, times that have run on. */
function aged({ decision }: Rejection, request: StoreRequest, elapsedMs: number): Omit<Findings, "store"> {
  const { limits: before, violated: violatedBefore, retryAfterMs } = decision;
  const limits = before.map((state) => ({ ...state, resetAfterMs: Math.max(0, state.resetAfterMs - elapsedMs) }));
  const violated = limits.filter((state, index) => {
    const { name, limit, remaining, resetAfterMs } = state;
    if (request.cost > limit) return true;
    // Free again since, though another limit is not.
    if (resetAfterMs === 0) return false;
    return remaining < request.cost || violatedBefore.some((one) => one === before[index] || one.name === name);
  });
  return { request, limits, violated, retryAfterMs: retryAfterMs - elapsedMs };
}

/** Remembers the rejections of at most `maxKeys` keys; the oldest are dropped. */
export function createRejections(maxKeys: number): Rejections {
  const known = createRecentKeys<Rejection>(maxKeys);
  /** How often something was given back: rejections of calls that began before it may be out of date. */
  let givenBack = 0;

  function rejectionOf(request: StoreRequest): Rejection | undefined {
    const rejection = known.get(request.key);
    // Whatever has no room for a cost has none for a larger one.
    if (rejection === undefined || request.cost < rejection.request.cost) return undefined;
    return sameLimits(rejection.request.limits, request.limits) ? rejection : undefined;
  }

  return {
    findingsFor(request) {
      const rejection = rejectionOf(request);
      if (rejection === undefined) return undefined;
      const sinceMs = request.now - rejection.request.now;
      if (sinceMs < -disorderMs || sinceMs >= lookAgainMs) return undefined;
      const { retryAfterMs } = rejection.decision;
      const elapsedMs = Math.max(0, sinceMs);
      if (elapsedMs >= retryAfterMs) return undefined;
      // A cost that never has room is another rejection than one that has none yet.
      if (request.cost > mostOf(request.limits) && retryAfterMs !== Infinity) return undefined;
      return aged(rejection, request, elapsedMs);
    },
    has: (request) => rejectionOf(request) !== undefined,
    mark: () => givenBack,
    learn(request, decision, mark) {
      if (mark === givenBack && known.fits(request.key)) known.set(request.key, { request, decision });
    },
    disprove(request) {
      if (rejectionOf(request) !== undefined) known.delete(request.key);
    },
    forget(key) {
      givenBack += 1;
      known.delete(key);
    },
  };
}
