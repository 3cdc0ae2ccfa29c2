import type { RequestOutcome } from "@midguard/kernel";
import { createSlot, isRecord, syncResult } from "@midguard/kernel/internal";
import { type Headers, joinHeaders } from "./answer/headers.ts";
import { withHeaders } from "./answer/response.ts";
import type { Decision } from "./store/decision.ts";

/** The facts about a counted request. */
interface Counted {
  readonly decision: Decision;
  readonly headers: Headers | undefined;
  /** Whether `countIf` was called. */
  settled: boolean;
}

/** The headers that limiters have set on the answer to a request so far. Shared by all of them. */
const limitHeaders = createSlot<Headers>("rate-limit.headers.1");

type Answered = { readonly event: unknown; response?: unknown };

/** The requests that one middleware has counted. */
export interface CountedRequests {
  /** Remembers the decision about a request. */
  add(request: object, counted: Pick<Counted, "decision" | "headers">): void;
  /** Remembers that a request was rejected, with these headers. */
  reject(request: object, headers: Headers | undefined): void;
  /** Adds headers to the response of a request that was counted, beside those of limiters further in. */
  addHeaders(request: Answered): void;
  /** Gives back, once, what a request took that does not count after all, by `countIf`. */
  settle(request: object, outcome: () => RequestOutcome): Promise<void> | undefined;
  /** Gives back, once, what a request took that another limiter rejected. */
  giveBack(request: object): Promise<void> | undefined;
}

export function createCountedRequests(
  countIf: ((outcome: RequestOutcome) => boolean) | undefined,
  refund: (decision: Decision) => Promise<void>,
): CountedRequests {
  const slot = createSlot<Counted>();

  /** The fact about a request that has not been settled yet. From now on it has. */
  function unsettled(request: object): Counted | undefined {
    const counted = slot.get(request);
    if (counted === undefined || counted.settled) return undefined;
    counted.settled = true;
    return counted;
  }

  return {
    add(request, { decision, headers }) {
      slot.set(request, { decision, headers, settled: false });
    },
    reject(request, headers) {
      if (headers !== undefined) limitHeaders.set(request, headers);
    },
    addHeaders(request) {
      const own = slot.get(request)?.headers;
      if (own === undefined || !isRecord(request.response)) return;
      const inner = limitHeaders.get(request);
      const headers = inner === undefined ? own : joinHeaders(inner, own);
      request.response = withHeaders(request.event, request.response, headers, inner);
      limitHeaders.set(request, headers);
    },
    settle(request, outcome) {
      const counted = countIf === undefined ? undefined : unsettled(request);
      if (countIf === undefined || counted === undefined) return undefined;
      return syncResult("rateLimit: countIf", countIf(outcome())) ? undefined : refund(counted.decision);
    },
    giveBack(request) {
      const counted = unsettled(request);
      return counted && refund(counted.decision);
    },
  };
}
