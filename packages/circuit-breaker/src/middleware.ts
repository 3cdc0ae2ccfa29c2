import type { MiddlewareObj, Request } from "@middy/core";
import { answerRejection, checkKeys, checkType } from "@midguard/kernel/internal";
import type { CircuitBreaker } from "./breaker.ts";

/** Options of `circuitBreaker`. */
export interface CircuitBreakerMiddlewareOptions {
  /** The circuit breakers that the handler's calls go through. */
  readonly breakers: readonly CircuitBreaker[];
}

function checkBreakers(breakers: unknown): void {
  if (!Array.isArray(breakers) || breakers.length === 0) {
    const given = Array.isArray(breakers) ? "an empty one" : typeof breakers;
    throw new TypeError(`breakers must be an array of at least one circuit breaker, got ${given}`);
  }
  for (const [index, breaker] of breakers.entries()) {
    checkType(`breakers[${index}]`, breaker, "object");
    for (const method of ["run", "wrap", "isolate", "release", "toJSON"]) {
      checkType(`breakers[${index}].${method}`, breaker[method], "function");
    }
  }
}

/**
 * Answers what an open circuit rejected: 503 with `Retry-After` and a problem document (RFC 9457), to API requests only.
 * For any other event the rejection stays an error, so that a queue keeps its messages. It guards nothing by itself: the
 * calls go through `breaker.run`, or the handler through `breaker.wrap`.
 *
 * @example
 * export const handler = middy()
 *   .use(circuitBreaker({ breakers: [payments] }))
 *   .handler(createOrder);
 *
 * @throws TypeError where `breakers` is not a list of at least one breaker made by `createCircuitBreaker`.
 */
export function circuitBreaker(options: CircuitBreakerMiddlewareOptions): MiddlewareObj {
  checkKeys("circuitBreaker", options, ["breakers"]);
  checkBreakers(options.breakers);
  return {
    onError: function circuitBreakerOnError(request: Request): void {
      answerRejection(request, "CIRCUIT_OPEN");
    },
  };
}
