import type { MiddlewareObj, Request } from "@middy/core";
import { type Clock, isRehearsal, systemClock } from "@midguard/kernel";
import {
  answerWith,
  callback,
  createSlot,
  createWarnOnce,
  enterInvocation,
  flag,
  leaveInvocation,
  number,
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
import { publish } from "./events.ts";
import type { CircuitBreakers } from "./family.ts";
import { createFleetSync, type FleetSync } from "./fleet/fleet-sync.ts";
import { participants } from "./fleet/participant.ts";

type Guard = CircuitBreaker | CircuitBreakers;

/** Options of `circuitBreaker`. */
export interface CircuitBreakerMiddlewareOptions {
  /**
   * Answers only rejections by these circuit breakers, and families of them. Those with a `store` share their state in these
   * hooks, and must stand here. @default those of all, none of them with a store
   */
  readonly breakers?: readonly Guard[] | undefined;
  /**
   * Whether the 503 names the circuit, and so a dependency of yours, to clients. The message of the error, which
   * `@middy/http-error-handler` alone would send, always names it.
   *
   * @default false
   */
  readonly exposeNames?: boolean | undefined;
  /**
   * How often each environment asks the breakers' stores while nothing fails, in ms. In trouble it asks every second, or more
   * often if this is shorter. @default 5_000
   */
  readonly syncMs?: number | undefined;
  /** How long a request may wait for a store, in ms; the first one of an environment 500 or more. @default 50 */
  readonly storeTimeoutMs?: number | undefined;
  /** Drives the time limit of stores. @default systemClock */
  readonly clock?: Clock | undefined;
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
  ...["name", "trip", "openMs", "maxOpenMs", "halfOpenPermits", "isFailure", "initialState", "store", "random"],
);

const rules = {
  breakers: breakersRule,
  exposeNames: flag,
  syncMs: number({ min: 1 }),
  storeTimeoutMs: number({ min: 1 }),
  clock: shape<Clock>({ now: call, sleep: call }),
};

/** Whether a circuit is one of `breakers`: by its name, because the rejection may come from another copy of this package. */
function isOneOf(breakers: readonly Guard[], circuit: string): boolean {
  return breakers.some((guard) => ("for" in guard ? circuit.startsWith(`${guard.name}:`) : circuit === guard.name));
}

/** A store that failed is no reason to fail a request: each environment decides alone. */
function storeErrorReporter(): (circuits: readonly string[], error: unknown) => void {
  const warnOnce = createWarnOnce("circuitBreaker");
  return function reportStoreError(circuits, error) {
    warnOnce("store", "a store failed, and each environment decides alone until it answers", error);
    publish("circuitBreaker", { type: "circuit.store_failed", circuits, error });
  };
}

/** The hooks that keep a chain's circuits in touch with the fleet. */
function syncingHooks(
  sync: FleetSync,
  answer: (request: Request) => void,
): Required<Pick<MiddlewareObj, "before" | "after" | "onError">> {
  const overlapping = createSlot<Promise<void>>();

  function settle(request: Request): Promise<void> | undefined {
    const pending = [overlapping.get(request), isRehearsal() ? undefined : sync.end()].filter(
      (promise) => promise !== undefined,
    );
    if (pending.length > 0) return Promise.all(pending).then(() => leaveInvocation(request, hooks));
    leaveInvocation(request, hooks);
    return undefined;
  }

  const hooks = {
    before: function circuitBreakerBefore(request: Request): Promise<void> | undefined {
      enterInvocation(request, hooks);
      const begun = sync.begin();
      // Settled after the handler, so that a healthy request does not wait for the store.
      if (begun.overlapping !== undefined) overlapping.set(request, begun.overlapping);
      return begun.ready;
    },
    after: settle,
    onError: function circuitBreakerOnError(request: Request): Promise<void> | undefined {
      answer(request);
      return settle(request);
    },
  };
  return hooks;
}

/**
 * Answers rejections by an open circuit: 503 with `Retry-After` and a problem document (RFC 9457), to API requests only. For
 * any other event the rejection stays an error, so that a queue keeps its messages. It guards nothing by itself: calls go
 * through `breaker.run`, or the handler through `breaker.wrap`.
 *
 * Breakers with a `store` share their state in its hooks. While nothing fails that is one read every `syncMs`, which overlaps
 * the handler, and no write. A store that fails costs `storeTimeoutMs` a second at most.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(circuitBreaker())
 *   .handler(createOrder);
 *
 * @throws TypeError or RangeError naming the option and the value if one is wrong.
 */
export function circuitBreaker(options: CircuitBreakerMiddlewareOptions = {}): MiddlewareObj {
  const defaults = { exposeNames: false, syncMs: 5_000, storeTimeoutMs: 50, clock: systemClock };
  const filled = readOptions("circuitBreaker", options, rules, defaults, hints);
  const { breakers, exposeNames, syncMs, storeTimeoutMs: timeoutMs, clock } = filled;

  function circuitBreakerOnError(request: Request): void {
    const { error } = request;
    if (!isCircuitOpenError(error) || (breakers && !isOneOf(breakers, readText(error, "circuit")))) return;
    answerWith(request, () => {
      const { statusCode, headers, problem } = error;
      const message = exposeNames ? error.message : "A service that this request needs is unavailable";
      return { statusCode, headers, problem, message };
    });
  }

  const inFleets = (breakers ?? []).flatMap((breaker) => participants.get(breaker) ?? []);
  if (inFleets.length === 0) return { onError: circuitBreakerOnError };
  const onError = storeErrorReporter();
  return syncingHooks(
    createFleetSync({ participants: inFleets, syncMs, timeoutMs, clock, onError }),
    circuitBreakerOnError,
  );
}
