import type { Decision } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { type RemoteStore, takeBy } from "./ask.ts";
import type { Rejections } from "./rejections.ts";

/** A store that makes no call for a key that it knows to be over a limit. */
export function withBlockedKeys(base: RateLimitStore, rejections: Rejections): RemoteStore {
  /** The base store's own decision of each of ours: it gets the same object back for a refund. */
  const given = new WeakMap<Decision, Decision>();

  async function ask(request: StoreRequest, signal: AbortSignal): Promise<Decision> {
    const mark = rejections.mark();
    const decision = await base.take(request, signal);
    if (!decision.allowed) {
      rejections.learn(request, decision, mark);
      return decision;
    }
    rejections.disprove(request);
    const { limits, violated } = decision;
    const own = decide({ request, store, limits, violated, retryAfterMs: 0 });
    given.set(own, decision);
    return own;
  }

  function takeOrAsk(request: StoreRequest): ReturnType<RemoteStore["takeOrAsk"]> {
    const findings = rejections.findingsFor(request);
    return findings === undefined ? (signal) => ask(request, signal) : decide({ ...findings, store });
  }

  const store: RemoteStore = {
    takeOrAsk,
    take: takeBy(takeOrAsk),
    async refund(charged, decision, now, signal) {
      try {
        await base.refund(charged, given.get(decision) ?? decision, now, signal);
      } finally {
        // Also if it failed: it may have arrived.
        rejections.forget(charged.key);
      }
    },
    peek: (request, signal) => base.peek(request, signal),
    async reset(key, signal) {
      try {
        await base.reset(key, signal);
      } finally {
        rejections.forget(key);
      }
    },
    check: (limits) => base.check?.(limits),
    async connect() {
      await base.connect?.();
    },
  };
  return store;
}
