import type { RequestOutcome } from "@midguard/kernel";
import { createSlot, isRecord, syncResult } from "@midguard/kernel/internal";
import type { Headers } from "./answer/headers.ts";
import { withHeaders } from "./answer/response.ts";
import type { Decision } from "./store/decision.ts";

/** The facts about a counted request. */
interface Counted {
  readonly decision: Decision;
  readonly headers: Headers | undefined;
  /** Whether `countIf` was called. */
  settled: boolean;
}

type Answered = { readonly event: unknown; response?: unknown };

/** The requests that one middleware has counted. */
export interface CountedRequests {
  /** Remembers the decision about a request. */
  add(request: object, counted: Pick<Counted, "decision" | "headers">): void;
  /** Adds headers to the response of a request that was counted. */
  addHeaders(request: Answered): void;
  /** Gives back, once, what a request took that does not count after all. */
  settle(request: object, outcome: () => RequestOutcome): Promise<void> | undefined;
}

export function createCountedRequests(
  countIf: ((outcome: RequestOutcome) => boolean) | undefined,
  refund: (decision: Decision) => Promise<void>,
): CountedRequests {
  const slot = createSlot<Counted>();
  return {
    add(request, { decision, headers }) {
      slot.set(request, { decision, headers, settled: false });
    },
    addHeaders(request) {
      const headers = slot.get(request)?.headers;
      if (headers !== undefined && isRecord(request.response)) {
        request.response = withHeaders(request.event, request.response, headers);
      }
    },
    settle(request, outcome) {
      const counted = slot.get(request);
      if (countIf === undefined || counted === undefined || counted.settled) return undefined;
      counted.settled = true;
      return syncResult("rateLimit: countIf", countIf(outcome())) ? undefined : refund(counted.decision);
    },
  };
}
