import type { Limit } from "../../limits/limit.ts";
import type { TokenBucket } from "../../limits/token-bucket.ts";
import type { Decision, LimitState } from "../../store/decision.ts";
import type { Findings } from "../../store/receipt.ts";
import type { StoreRequest } from "../../store/store.ts";

/** Units of one key that the store has counted ahead of the requests that will use them. */
export interface Lease {
  /** The take that the store admitted; its cost is all units of the lease. */
  readonly request: StoreRequest;
  readonly decision: Decision;
  /** Units that no request has used. */
  units: number;
  /** Those of them that no request may use any more. */
  lapsed: number;
  /** Units that were given back to the store. */
  returned: number;
}

/**
 * Milliseconds from the take until the window that counted it ends, by the store's own answer, because it may run on
 * another clock.
 */
function windowLeftMs(limit: Exclude<Limit, TokenBucket>, { remaining, resetAfterMs }: LimitState): number {
  if (limit.kind === "quota") return resetAfterMs;
  // A part counts for one window after its end.
  if (limit.strict) return resetAfterMs - limit.windowMs;
  // `slidingWaitMs` for a target of 0, solved for the rest of the window. How much of the use is in this window is not
  // known: at most all of it, and that makes the rest the shortest.
  const current = Math.max(1, limit.limit - remaining);
  return resetAfterMs - 1 - Math.floor((limit.windowMs * (current - 1)) / current);
}

/**
 * How many units may still be used at `elapsedMs` after the take. A window counts units when they are taken, and so they
 * may be used in that window (in that part of it, if it is strict) and no later.
 *
 * A token of a bucket may be used until it begins to come back. Tokens come back one after the other, so of those used in
 * any t seconds at most `capacity + refill x t` do: the bound of a bucket, whenever they were taken.
 */
function usableBy(limit: Limit, state: LimitState, elapsedMs: number): number {
  if (limit.kind === "token-bucket") {
    // One ms less, because `resetAfterMs` is rounded up.
    return Math.max(0, Math.floor(((state.resetAfterMs - 1 - elapsedMs) * 1_000) / limit.tokenUs));
  }
  return elapsedMs < windowLeftMs(limit, state) ? Infinity : 0;
}

/** How many units of a lease may be used at `now`, if it had so many; none if the clock was set back before the take. */
export function usableUnits({ request, decision }: Lease, now: number): number {
  const elapsedMs = now - request.now;
  if (elapsedMs < 0) return 0;
  return Math.min(
    ...request.limits.map((limit, index) => usableBy(limit, decision.limits[index] as LimitState, elapsedMs)),
  );
}

/**
 * Marks the units that were not used in time. They stay lapsed: a bucket's tokens come back one after the other, so a unit that
 * is used from now on is one of the last, and those before it cannot take its place.
 */
export function lapse(lease: Lease, now: number): void {
  // The clock was set back, and will go on.
  if (now < lease.request.now) return;
  lease.lapsed = Math.max(lease.lapsed, lease.units - usableUnits(lease, now));
}

/** The units to give back. Those of a bucket that lapsed have come back by themselves, so nothing is given back for them. */
export function returnableUnits(lease: Lease, now: number): number {
  if (!lease.request.limits.some(({ kind }) => kind === "token-bucket")) return lease.units;
  lapse(lease, now);
  return lease.units - lease.lapsed;
}

/** Whether unused units of a lease still count in the store, so that they can be given back. */
export function isCounted({ request, decision }: Lease, now: number): boolean {
  return request.limits.some((limit, index) => {
    if (limit.kind !== "sliding-window" || limit.strict) {
      return now - request.now < (decision.limits[index] as LimitState).resetAfterMs;
    }
    // A store gives nothing back for a window that is over.
    return Math.floor(now / limit.windowMs) === Math.floor(request.now / limit.windowMs);
  });
}

/** What a request that uses the lease is answered: the store's states then, less what was used here since. */
export function leasedFindings({ decision, ...lease }: Lease, request: StoreRequest): Omit<Findings, "store"> {
  const elapsedMs = Math.max(0, request.now - lease.request.now);
  const limits = decision.limits.map((state) => ({
    ...state,
    remaining: Math.min(state.limit, state.remaining + lease.units),
    resetAfterMs: Math.max(0, state.resetAfterMs - elapsedMs),
  }));
  return { request, limits, violated: [], retryAfterMs: 0 };
}

/** Whether a bucket would be full again by now without these units and those given back before, all taken last. */
function wouldBeFull(limit: Limit, { resetAfterMs }: LimitState, units: number, elapsedMs: number): boolean {
  return limit.kind === "token-bucket" && (resetAfterMs - 1 - elapsedMs) * 1_000 < units * limit.tokenUs;
}

/** The decision as it would be without the units that were given back before. */
function withoutReturned({ request, decision, returned }: Lease): Decision {
  const limits = decision.limits.map((state, index) => {
    const limit = request.limits[index] as Limit;
    if (limit.kind !== "token-bucket") return state;
    const resetAfterMs = Math.max(0, state.resetAfterMs - Math.ceil((returned * limit.tokenUs) / 1_000));
    return { ...state, resetAfterMs };
  });
  return { ...decision, limits };
}

/** The take and the decision to refund, if so many units of a lease are given back. They count as given back from now on. */
export function returnUnits(lease: Lease, units: number, now: number): Pick<Lease, "request" | "decision"> {
  const { request, decision, returned } = lease;
  lease.returned += units;
  const elapsedMs = now - request.now;
  // Otherwise the store's own objects, by which it may remember more about the take.
  const isLate = request.limits.some((limit, index) =>
    wouldBeFull(limit, decision.limits[index] as LimitState, returned + units, elapsedMs),
  );
  return {
    request: units === request.cost ? request : { ...request, cost: units },
    decision: returned > 0 && isLate ? withoutReturned({ ...lease, returned }) : decision,
  };
}
