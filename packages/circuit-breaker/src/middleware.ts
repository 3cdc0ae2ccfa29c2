import type { MiddlewareObj, Request } from "@middy/core";
import {
  answerWith,
  callback,
  flag,
  optionsOf,
  type Rule,
  read,
  readOptions,
  readText,
  refuse,
  shape,
  text,
} from "@midguard/kernel/internal";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { isCircuitOpenError } from "./errors.ts";
import type { CircuitBreakers } from "./family.ts";

type Guard = CircuitBreaker | CircuitBreakers;

/** Options of `circuitBreaker`. */
export interface CircuitBreakerMiddlewareOptions {
  /** Answers only rejections by these circuit breakers, and families of them. @default those of all */
  readonly breakers?: readonly Guard[] | undefined;
  /**
   * Whether the 503 names the circuit, and so a dependency of yours, to clients. The message of the error, which
   * `@middy/http-error-handler` alone would send, always names it.
   *
   * @default false
   */
  readonly exposeNames?: boolean | undefined;
}

const call = callback();
const aBreaker = shape<CircuitBreaker>({
  run: call,
  wrap: call,
  isolate: call,
  release: call,
  toJSON: call,
  name: text,
});
const aFamily = shape<CircuitBreakers>({ for: call, name: text });

const breakersRule: Rule<readonly Guard[]> = (name, value) => {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse(TypeError, name, "an array of at least one circuit breaker or family", value);
  }
  return value.map((guard, index) => {
    const rule: Rule<Guard> = read(guard, "for") === undefined ? aBreaker : aFamily;
    return rule(`${name}[${index}]`, guard);
  });
};

const hints = optionsOf(
  "createCircuitBreaker()",
  ...["name", "trip", "openMs", "maxOpenMs", "halfOpenPermits", "isFailure", "initialState", "clock", "random"],
);

/** Whether a circuit is one of `breakers`: by its name, because the rejection may come from another copy of this package. */
function isOneOf(breakers: readonly Guard[], circuit: string): boolean {
  return breakers.some((guard) => ("for" in guard ? circuit.startsWith(`${guard.name}:`) : circuit === guard.name));
}

/**
 * Answers rejections by an open circuit: 503 with `Retry-After` and a problem document (RFC 9457), to API requests only. For
 * any other event the rejection stays an error, so that a queue keeps its messages. It guards nothing by itself: calls go
 * through `breaker.run`, or the handler through `breaker.wrap`.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(circuitBreaker())
 *   .handler(createOrder);
 *
 * @throws TypeError for a bad option.
 */
export function circuitBreaker(options: CircuitBreakerMiddlewareOptions = {}): MiddlewareObj {
  const rules = { breakers: breakersRule, exposeNames: flag };
  const { breakers, exposeNames } = readOptions("circuitBreaker", options, rules, { exposeNames: false }, hints);
  return {
    onError: function circuitBreakerOnError(request: Request): void {
      const { error } = request;
      if (!isCircuitOpenError(error) || (breakers && !isOneOf(breakers, readText(error, "circuit")))) return;
      answerWith(request, () => {
        const { statusCode, headers, problem } = error;
        const message = exposeNames ? error.message : "A service that this request needs is unavailable";
        return { statusCode, headers, problem, message };
      });
    },
  };
}
