import type { MiddlewareObj } from "@middy/core";
import {
  defaultReserveMs,
  enterInvocation,
  flag,
  leaveInvocation,
  number,
  optionsOf,
  readOptions,
  setGatewayTimeout,
  setReserve,
  wholeNumber,
} from "@midguard/kernel/internal";
import { answerFailure } from "./answer.ts";
import { allowance } from "./engine/allowance.ts";

/** Options of {@link retry}. */
export interface RetryMiddlewareOptions {
  /** Retries that all policies may make together in one invocation, nested ones included. @default 5 */
  readonly maxRetriesPerInvocation?: number | undefined;
  /** Part of the invocation's time that is kept for the answer, in ms. @default 100 */
  readonly reserveMs?: number | undefined;
  /**
   * How long API Gateway waits for the answer, in ms. Set it if a REST API's timeout was raised. Events that come from no
   * gateway, and streamed responses, have no such limit.
   *
   * @default 29_000 for REST and WebSocket APIs, 30_000 for HTTP APIs, or MIDGUARD_GATEWAY_TIMEOUT_MS of the environment
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  readonly gatewayTimeoutMs?: number | undefined;
  /**
   * Whether API requests that failed because a dependency did are answered, if no other middleware has: with 504 for
   * `AttemptTimeoutError` and `DeadlineExceededError`, with 502 for the error that a policy gave up with. Errors with
   * `expose` are made for clients, and left. For all other events an error stays an error.
   *
   * @default true
   */
  readonly answerFailures?: boolean | undefined;
}

const hints = optionsOf(
  "createRetry()",
  ...["name", "maxRetries", "backoff", "retryable", "attemptTimeoutMs", "maxElapsedMs", "budget", "signal", "clock"],
  "random",
);

/**
 * Gives the policies that a handler calls its deadline and an allowance of retries. It retries nothing by itself, because
 * hooks cannot call the handler again. It answers API requests that failed because a dependency did.
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
  const { maxRetriesPerInvocation, reserveMs, gatewayTimeoutMs, answerFailures } = readOptions(
    "retry",
    options,
    {
      maxRetriesPerInvocation: wholeNumber(),
      reserveMs: number(),
      gatewayTimeoutMs: number({ min: 1 }),
      answerFailures: flag,
    },
    { maxRetriesPerInvocation: 5, reserveMs: defaultReserveMs, answerFailures: true },
    hints,
  );
  const middleware: MiddlewareObj = {
    before: function retryBefore(request) {
      const scope = enterInvocation(request, middleware);
      // A nested handler shares what its outer one was granted.
      if (allowance.get(scope) !== undefined) return;
      allowance.set(scope, { retriesLeft: maxRetriesPerInvocation });
      setReserve(scope, reserveMs);
      if (gatewayTimeoutMs !== undefined) setGatewayTimeout(scope, gatewayTimeoutMs);
    },
    after: function retryAfter(request) {
      leaveInvocation(request, middleware);
    },
    onError: function retryOnError(request) {
      if (answerFailures) answerFailure(request);
      leaveInvocation(request, middleware);
    },
  };
  return middleware;
}
