import type { Limit } from "../../limits/limit.ts";
import type { Decision } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { Ask, StoreRequest } from "../../store/store.ts";
import { type RemoteStore, takeBy } from "./ask.ts";
import type { Rejections } from "./rejections.ts";
import { mostOf } from "./same-limits.ts";

/** How a store samples. */
export interface Sampling {
  /** The factory, for error texts. */
  readonly owner: string;
  /** One request in so many is counted, as so many. */
  readonly every: number;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** A request that was counted, and the decision about it. */
interface Counted {
  readonly request: StoreRequest;
  readonly decision: Decision;
}

/** The error for limits that are too small to be sampled; `undefined` if none is. */
function refusalOf(limits: readonly Limit[], { owner, every }: Sampling): RangeError | undefined {
  const small = limits.find(({ limit }) => limit < every);
  if (small === undefined) return undefined;
  return new RangeError(`${owner}: sample 1/${every} needs limits of at least ${every}, got "${small.name}"`);
}

/**
 * A store that counts one request in `every`, as `every`. The others follow the last decision about their key: they are
 * admitted until one that is counted is rejected, and rejected until one is admitted.
 */
export function withSampling(inner: RemoteStore, rejections: Rejections, sampling: Sampling): RemoteStore {
  const { every, random } = sampling;
  const countedBy = new WeakMap<Decision, Counted>();

  async function count(request: StoreRequest, counted: StoreRequest, asking: Promise<Decision>): Promise<Decision> {
    const decision = await asking;
    if (!decision.allowed) return decision;
    const { limits, violated } = decision;
    const own = decide({ request, store, limits, violated, retryAfterMs: 0 });
    countedBy.set(own, { request: counted, decision });
    return own;
  }

  function takeOrAsk(request: StoreRequest): Decision | Ask {
    const refusal = refusalOf(request.limits, sampling);
    if (refusal !== undefined) return () => Promise.reject(refusal);
    // A cost that no limit can hold so many times is counted more often; one of 0 always, because it takes nothing.
    const times = Math.max(1, Math.min(every, Math.floor(mostOf(request.limits) / request.cost)));
    const weight = request.cost === 0 ? 1 : times;
    const counted = { ...request, cost: request.cost * weight };
    // A key that was over its limit is asked for when it may be free: the count then stands for those that follow it.
    if (!rejections.has(counted) && random() * weight >= 1) {
      return decide({ request, store, limits: [], violated: [], retryAfterMs: 0 });
    }
    const answer = inner.takeOrAsk(counted);
    return typeof answer === "function" ? (signal) => count(request, counted, answer(signal)) : answer;
  }

  const store: RemoteStore = {
    ...inner,
    takeOrAsk,
    take: takeBy(takeOrAsk),
    check(limits) {
      const refusal = refusalOf(limits, sampling);
      if (refusal !== undefined) throw refusal;
      inner.check(limits);
    },
    async refund(_request, decision, now, signal) {
      const counted = countedBy.get(decision);
      // Nothing was counted for the others, so there is nothing to give back.
      if (counted !== undefined) await inner.refund(counted.request, counted.decision, now, signal);
    },
  };
  return store;
}
