import type { Decision } from "../../store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { type Hold, takesAhead } from "./hold.ts";
import { isCounted, type Lease, returnableUnits, returnUnits } from "./lease.ts";
import type { SpareUnits } from "./lease-size.ts";

/** Makes the calls for leases. */
export interface LeaseCalls {
  /**
   * Takes for a request and ahead of it: a lease with all that was taken, or the decision that rejects the request. What
   * the hold has left goes back first, so that it has room.
   */
  fetch(hold: Hold, request: StoreRequest, signal: AbortSignal): Promise<Lease | Decision>;
  /** Gives back units of a lease; they count as given back even if the call fails, because it may have arrived. */
  giveBack(lease: Lease, units: number, now: number, signal: AbortSignal): Promise<void>;
}

export function createLeaseCalls(inner: RateLimitStore, spareUnits: SpareUnits): LeaseCalls {
  function giveBack(lease: Lease, units: number, now: number, signal: AbortSignal): Promise<void> {
    const { request, decision } = returnUnits(lease, units, now);
    return inner.refund(request, decision, now, signal);
  }

  async function giveBackUnused(lease: Lease | undefined, now: number, signal: AbortSignal): Promise<void> {
    if (lease === undefined || !isCounted(lease, now)) return;
    const units = returnableUnits(lease, now);
    lease.units = 0;
    if (units > 0) await giveBack(lease, units, now, signal);
  }

  /** Takes for `takes` requests, or else for as many as have room, or else for the one. */
  async function takeAhead(request: StoreRequest, takes: number, signal: AbortSignal): Promise<Lease | Decision> {
    const { cost } = request;
    let count = takes;
    for (;;) {
      const asked = count === 1 ? request : { ...request, cost: count * cost };
      const decision = await inner.take(asked, signal);
      if (decision.allowed) return { request: asked, decision, units: asked.cost, lapsed: 0, returned: 0 };
      if (count === 1) return decision;
      const room = Math.floor(decision.remaining / cost);
      count = count === takes ? Math.max(1, Math.min(room, count - 1)) : 1;
    }
  }

  return {
    giveBack,
    async fetch(hold, request, signal) {
      const { lease, displaced } = hold;
      const takes = takesAhead(hold, request, spareUnits(request));
      hold.lease = undefined;
      hold.displaced = undefined;
      hold.fetchedAt = request.now;
      hold.used = 0;
      await giveBackUnused(lease, request.now, signal);
      await giveBackUnused(displaced, request.now, signal);
      const answer = await takeAhead(request, takes, signal);
      hold.left = "allowed" in answer ? answer.remaining : answer.decision.remaining;
      return answer;
    },
  };
}
