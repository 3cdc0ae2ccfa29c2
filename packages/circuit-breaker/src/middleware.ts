import type { MiddlewareObj, Request } from "@middy/core";
import { answerRejection, checkLike, checkOptions, someFunction } from "@midguard/kernel/internal";
import type { CircuitBreaker } from "./breaker.ts";

/** Options of `circuitBreaker`. */
export interface CircuitBreakerMiddlewareOptions {
  /** The circuit breakers that the handler's calls go through. */
  readonly breakers: readonly CircuitBreaker[];
}

const model: Partial<CircuitBreaker> = {
  run: someFunction,
  wrap: someFunction,
  isolate: someFunction,
  release: someFunction,
  toJSON: someFunction,
};

function checkBreakers(breakers: unknown): void {
  if (!Array.isArray(breakers) || breakers.length === 0) {
    const given = Array.isArray(breakers) ? "an empty one" : typeof breakers;
    throw new TypeError(`breakers must be an array of at least one circuit breaker, got ${given}`);
  }
  for (const [index, breaker] of breakers.entries()) checkLike(`breakers[${index}]`, breaker, model);
}

/**
 * Answers what an open circuit rejected: 503 with `Retry-After` and a problem document (RFC 9457), to API requests only.
 * For any other event the rejection stays an error, so that a queue keeps its messages. It guards nothing by itself: the
 * calls go through `breaker.run`, or the handler through `breaker.wrap`.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(circuitBreaker({ breakers: [payments] }))
 *   .handler(createOrder);
 *
 * @throws TypeError where `breakers` is not a list of at least one breaker made by `createCircuitBreaker`.
 */
export function circuitBreaker(options: CircuitBreakerMiddlewareOptions): MiddlewareObj {
  checkBreakers(checkOptions("circuitBreaker", options, {}, { breakers: undefined }).breakers);
  return {
    onError: function circuitBreakerOnError(request: Request): void {
      answerRejection(request, "CIRCUIT_OPEN");
    },
  };
}
