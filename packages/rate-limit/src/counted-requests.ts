import type { RequestOutcome } from "@midguard/kernel";
import { checkSync, isRecord } from "@midguard/kernel/internal";
import type { Headers } from "./answer/headers.ts";
import { withHeaders } from "./answer/response.ts";
import type { Decision } from "./store/decision.ts";

/** What is known about a request that was counted. */
interface Counted {
  readonly decision: Decision;
  readonly headers: Headers | undefined;
  /** Whether `countIf` was asked. */
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

/** Keeps what was counted on the request itself: a WeakMap key this short-lived costs 0.6 us of garbage collection. */
export function createCountedRequests(
  countIf: ((outcome: RequestOutcome) => boolean) | undefined,
  refund: (decision: Decision) => Promise<void>,
): CountedRequests {
  const mark: unique symbol = Symbol("midguard.rate-limit");
  type Marked = { [mark]?: Counted };
  return {
    add(request, { decision, headers }) {
      (request as Marked)[mark] = { decision, headers, settled: false };
    },
    addHeaders(request) {
      const headers = (request as Marked)[mark]?.headers;
      if (headers !== undefined && isRecord(request.response)) {
        request.response = withHeaders(request.event, request.response, headers);
      }
    },
    settle(request, outcome) {
      const counted = (request as Marked)[mark];
      if (countIf === undefined || counted === undefined || counted.settled) return undefined;
      counted.settled = true;
      return checkSync("countIf", countIf(outcome())) ? undefined : refund(counted.decision);
    },
  };
}
