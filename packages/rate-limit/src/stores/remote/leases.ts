import type { Decision, LimitState } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { StoreRequest } from "../../store/store.ts";
import { type Ask, type RemoteStore, takeBy } from "./ask.ts";
import { type Hold, heldUnits, keepUnits } from "./hold.ts";
import { createHolds } from "./holds.ts";
import { type Lease, leasedFindings } from "./lease.ts";
import { createLeaseCalls } from "./lease-call.ts";
import type { SpareUnits } from "./lease-size.ts";
import { join, share } from "./shared-call.ts";

function withHeld(states: readonly LimitState[], units: number): readonly LimitState[] {
  return states.map((state) => ({ ...state, remaining: Math.min(state.limit, state.remaining + units) }));
}

/** A store that takes ahead for keys that are busy in this environment, and serves what it holds without a call. */
export function withLeases(inner: RemoteStore, spareUnits: SpareUnits, maxKeys: number): RemoteStore {
  const holds = createHolds(maxKeys);
  const calls = createLeaseCalls(inner, spareUnits);
  /** The lease that each decision was charged to. */
  const charged = new WeakMap<Decision, Lease>();

  function spend(request: StoreRequest, lease: Lease, hold?: Hold): Decision {
    lease.units -= request.cost;
    if (hold !== undefined) hold.used += request.cost;
    const decision = decide({ ...leasedFindings(lease, request), store });
    charged.set(decision, lease);
    return decision;
  }

  function serve(request: StoreRequest): Decision | undefined {
    const hold = holds.find(request);
    if (hold?.lease === undefined || request.cost === 0 || request.cost > heldUnits(hold, request.now))
      return undefined;
    return spend(request, hold.lease, hold);
  }

  /** Takes for one request alone. */
  async function takeOne(request: StoreRequest, signal: AbortSignal): Promise<Decision> {
    const decision = await inner.take(request, signal);
    return decision.allowed ? spend(request, { request, decision, units: request.cost, returned: 0 }) : decision;
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
      const refusal = await join(hold, signal);
      if (refusal?.request.cost === request.cost) return refusal.decision;
    }
  }

  function takeOrAsk(request: StoreRequest): Decision | Ask {
    const answer = serve(request) ?? inner.takeOrAsk(request);
    return typeof answer === "function" ? (signal) => ask(request, signal) : answer;
  }

  const store: RemoteStore = {
    takeOrAsk,
    take: takeBy(takeOrAsk),
    async refund(request, decision, now, signal) {
      const lease = charged.get(decision);
      if (lease === undefined) return inner.refund(request, decision, now, signal);
      const isKept = keepUnits(holds.find(request), lease, { request, now, spare: spareUnits(request) });
      if (!isKept) await calls.giveBack(lease, request.cost, now, signal);
    },
    async peek(request, signal) {
      const states = await inner.peek(request, signal);
      return withHeld(states, heldUnits(holds.find(request), request.now));
    },
    async reset(key, signal) {
      try {
        await inner.reset(key, signal);
      } finally {
        // Also if it failed: it may have arrived.
        holds.forget(key);
      }
    },
    connect: inner.connect,
  };
  return store;
}
