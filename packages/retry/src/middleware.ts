import type { MiddlewareObj } from "@middy/core";
import {
  checkInteger,
  checkNumber,
  checkOptions,
  defaultReserveMs,
  enterInvocation,
  leaveInvocation,
  setReserve,
} from "@midguard/kernel/internal";
import { allowance } from "./allowance.ts";

/** Options of {@link retry}. */
export interface RetryMiddlewareOptions {
  /** Retries that all policies may make together in one invocation, nested ones included. @default 5 */
  readonly maxRetriesPerInvocation?: number | undefined;
  /** What is left of the invocation's time for the answer, in ms: policies begin nothing that ends later. @default 100 */
  readonly reserveMs?: number | undefined;
}

/**
 * Gives the policies that a handler calls its deadline and an allowance of retries. It retries nothing by itself: hooks
 * cannot call the handler again. It throws no error and answers none.
 *
 * @example
 * const payments = createRetry({ name: "payments" });
 *
 * export const handler = middy()
 *   .use(retry({ maxRetriesPerInvocation: 3 }))
 *   .handler(() => payments.run(({ signal }) => charge({ signal })));
 *
 * @throws TypeError or RangeError for a bad option.
 */
export function retry(options: RetryMiddlewareOptions = {}): MiddlewareObj {
  const { maxRetriesPerInvocation, reserveMs } = checkOptions("retry", options, {
    maxRetriesPerInvocation: 5,
    reserveMs: defaultReserveMs,
  });
  checkInteger("maxRetriesPerInvocation", maxRetriesPerInvocation, 0);
  checkNumber("reserveMs", reserveMs, 0);
  const middleware: MiddlewareObj = {
    before: function retryBefore(request) {
      const scope = enterInvocation(request, middleware);
      // A nested handler shares what its outer one was granted.
      if (allowance.get(scope) === undefined) allowance.set(scope, { retriesLeft: maxRetriesPerInvocation });
      setReserve(scope, reserveMs);
    },
    after: function retryAfter(request) {
      leaveInvocation(request, middleware);
    },
    onError: function retryOnError(request) {
      leaveInvocation(request, middleware);
    },
  };
  return middleware;
}
