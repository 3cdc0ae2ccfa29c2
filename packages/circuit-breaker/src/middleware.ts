import type { MiddlewareObj, Request } from "@middy/core";
import {
  answerRejection,
  callback,
  type Rule,
  read,
  readOptions,
  refuse,
  required,
  shape,
} from "@midguard/kernel/internal";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { CircuitBreakers } from "./family.ts";

type Guard = CircuitBreaker | CircuitBreakers;

/** Options of `circuitBreaker`. */
export interface CircuitBreakerMiddlewareOptions {
  /** The circuit breakers, or families of them, that the handler's calls go through. */
  readonly breakers: readonly Guard[];
}

const call = callback();
const aBreaker = shape<CircuitBreaker>({ run: call, wrap: call, isolate: call, release: call, toJSON: call });
const aFamily = shape<CircuitBreakers>({ for: call });

const breakersRule: Rule<readonly Guard[]> = (name, value) => {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse(TypeError, name, "an array of at least one circuit breaker or family", value);
  }
  return value.map((guard, index) => {
    const rule: Rule<Guard> = read(guard, "for") === undefined ? aBreaker : aFamily;
    return rule(`${name}[${index}]`, guard);
  });
};

/**
 * Answers rejections by an open circuit: 503 with `Retry-After` and a problem document (RFC 9457), to API requests only. For
 * any other event the rejection stays an error, so that a queue keeps its messages. It guards nothing by itself: calls go
 * through `breaker.run`, or the handler through `breaker.wrap`.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(circuitBreaker({ breakers: [payments] }))
 *   .handler(createOrder);
 *
 * @throws TypeError if `breakers` is not an array of at least one circuit breaker or family.
 */
export function circuitBreaker(options: CircuitBreakerMiddlewareOptions): MiddlewareObj {
  readOptions("circuitBreaker", options, { breakers: required(breakersRule) });
  return {
    onError: function circuitBreakerOnError(request: Request): void {
      answerRejection(request, "CIRCUIT_OPEN");
    },
  };
}
