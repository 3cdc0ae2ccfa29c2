import type { Decision } from "../../store/decision.ts";
import type { Findings } from "../../store/receipt.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { type Hold, heldUnits } from "./hold.ts";
import type { Holds } from "./holds.ts";
import { type Lease, lapse, leasedFindings } from "./lease.ts";
import type { LeaseCalls } from "./lease-call.ts";
import { share } from "./shared-call.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Takes from what is held, or from the store. */
export interface LeasedTakes {
  /** Admits a request that what is held has room for. */
  serve(request: StoreRequest): Decision | undefined;
  /** Decides with the store's help. Requests for one key that overlap share a call. */
  ask(request: StoreRequest, signal: AbortSignal): Promise<Decision>;
  /** The lease that a decision of these takes was charged to. */
  leaseOf(decision: Decision): Lease | undefined;
}

/** What `createLeasedTakes` works with. */
export interface LeasedTakesParts {
  readonly inner: RateLimitStore;
  readonly holds: Holds;
  readonly calls: LeaseCalls;
  /** Makes the store's own decision. */
  decide(findings: Omit<Findings, "store">): Decision;
}

export function createLeasedTakes({ inner, holds, calls, decide }: LeasedTakesParts): LeasedTakes {
  const charged = new WeakMap<Decision, Lease>();

  function spend(request: StoreRequest, lease: Lease, hold?: Hold): Decision {
    lease.units -= request.cost;
    if (hold !== undefined) hold.used += request.cost;
    const decision = decide(leasedFindings(lease, request));
    charged.set(decision, lease);
    return decision;
  }

  function serve(request: StoreRequest): Decision | undefined {
    const hold = holds.find(request);
    if (hold?.lease === undefined || request.cost === 0) return undefined;
    lapse(hold.lease, request.now);
    if (request.cost > heldUnits(hold, request.now)) return undefined;
    return spend(request, hold.lease, hold);
  }

  /** Takes for one request alone. */
  async function takeOne(request: StoreRequest, signal: AbortSignal): Promise<Decision> {
    const decision = await inner.take(request, signal);
    return decision.allowed
      ? spend(request, { request, decision, units: request.cost, lapsed: 0, returned: 0 })
      : decision;
  }

  /** Takes for a request and ahead of it. */
  async function takeAhead(request: StoreRequest, hold: Hold, signal: AbortSignal): Promise<Decision> {
    const answer = await calls.fetch(hold, request, signal);
    if ("allowed" in answer) return answer;
    // Given up meanwhile: another request may have made a call since.
    if (!signal.aborted) hold.lease = answer;
    return spend(request, answer, hold);
  }

  async function ask(request: StoreRequest, signal: AbortSignal): Promise<Decision> {
    for (;;) {
      const served = serve(request);
      if (served !== undefined) return served;
      const hold = request.cost === 0 ? undefined : holds.open(request);
      if (hold === undefined) return takeOne(request, signal);
      if (hold.fetching === undefined) {
        holds.renew(request, hold);
        return share(hold, request, signal, () => takeAhead(request, hold, signal));
      }
      hold.waiting += 1;
      try {
        const refusal = await unlessAborted(hold.fetching, signal);
        if (refusal?.request.cost === request.cost) return refusal.decision;
      } finally {
        // Here, and not where the call ends: the first one that goes on makes a call for those that still wait.
        hold.waiting -= 1;
      }
    }
  }

  return { serve, ask, leaseOf: (decision) => charged.get(decision) };
}
