import type { Decision, LimitState } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { Ask, StoreRequest } from "../../store/store.ts";
import { type RemoteStore, takeBy } from "./ask.ts";
import { heldUnits, keepUnits } from "./hold.ts";
import { createHolds } from "./holds.ts";
import { createLeaseCalls } from "./lease-call.ts";
import type { SpareUnits } from "./lease-size.ts";
import { createLeasedTakes } from "./leased-takes.ts";

function withHeld(states: readonly LimitState[], units: number): readonly LimitState[] {
  return states.map((state) => ({ ...state, remaining: Math.min(state.limit, state.remaining + units) }));
}

/** A store that takes ahead for keys that are busy in this environment, and serves what it holds without a call. */
export function withLeases(inner: RemoteStore, spareUnits: SpareUnits, maxKeys: number): RemoteStore {
  const holds = createHolds(maxKeys);
  const calls = createLeaseCalls(inner, spareUnits);
  const takes = createLeasedTakes({ inner, holds, calls, decide: (findings) => decide({ ...findings, store }) });

  function takeOrAsk(request: StoreRequest): Decision | Ask {
    const answer = takes.serve(request) ?? inner.takeOrAsk(request);
    return typeof answer === "function" ? (signal) => takes.ask(request, signal) : answer;
  }

  const store: RemoteStore = {
    takeOrAsk,
    take: takeBy(takeOrAsk),
    async refund(request, decision, now, signal) {
      const lease = takes.leaseOf(decision);
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
    check: inner.check,
    connect: inner.connect,
  };
  return store;
}
