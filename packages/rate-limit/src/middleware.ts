import type { MiddlewareObj, Request } from "@middy/core";
import {
  answerRejection,
  createMadeOnce,
  describe,
  enterInvocation,
  isRecord,
  isRejection,
  leaveInvocation,
  requestOutcome,
  syncResult,
  text,
  wholeNumber,
  withoutStack,
} from "@midguard/kernel/internal";
import { AccessDeniedError, RateLimitError } from "./answer/errors.ts";
import { headersOf } from "./answer/headers.ts";
import { createIdentify, type DenialReason } from "./client/identity.ts";
import { isKey, type Key, keyText } from "./client/key.ts";
import { createCountedRequests } from "./counted-requests.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { rateLimitEvents } from "./events.ts";
import type { Limit } from "./limits/limit.ts";
import { type RateLimitOptions, type RequestContext, resolveMiddlewareOptions } from "./options.ts";
import type { Decision } from "./store/decision.ts";

const costRule = wholeNumber();
const checkMadeOnce = createMadeOnce("rateLimit");

/** The middleware, and a handle to what it has counted. */
export interface RateLimitMiddleware<TEvent = unknown> extends MiddlewareObj<TEvent> {
  /**
   * Forgets what was counted under a key, after a successful login, for instance. The key is what the option `key` returns;
   * without one `clientAddress(event)`, and with `onMissingKey: "address"` `{ address: clientAddress(event) }`.
   *
   * @throws TypeError if there is no key; the store's error if the store fails.
   */
  reset(key: Key | undefined): Promise<void>;
}

/** The end of a WebSocket connection: the gateway ignores the answer, and a handler must not miss it. */
function isDisconnect(event: unknown): boolean {
  return isRecord(event) && isRecord(event.requestContext) && event.requestContext.eventType === "DISCONNECT";
}

/** Finds the limits of a request. Limits that are the same for all requests are checked now. */
function limitsBy<TEvent>(
  engine: Engine,
  given: RateLimitOptions<TEvent>["limits"],
): (event: TEvent, context: RequestContext) => readonly Limit[] {
  if (typeof given === "function")
    return (event, context) => engine.check(syncResult("rateLimit: limits", given(event, context)));
  const limits = engine.check(given);
  return () => limits;
}

/**
 * Limits requests before they reach the handler: a rejection is thrown as a `RateLimitError`, and answered with 429,
 * Retry-After and a problem document. Events that are no API request pass untouched, and so does the end of a WebSocket
 * connection. A rehearsal takes nothing.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] }))
 *   .handler(getUser);
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function rateLimit<TEvent = unknown>(options: RateLimitOptions<TEvent>): RateLimitMiddleware<TEvent> {
  const [engineOptions, own] = resolveMiddlewareOptions(options);
  const { name, dryRun } = engineOptions;
  checkMadeOnce(name);
  const style = dryRun ? "none" : own.headers;
  const engine = createEngine(engineOptions);
  const limitsOf = limitsBy(engine, own.limits);
  const identify = createIdentify(own);
  const counted = createCountedRequests(own.countIf, engine.refund);

  const missingKeyAnswer = typeof own.onMissingKey === "object" ? own.onMissingKey : undefined;

  function deny(reason: DenialReason): void {
    if (rateLimitEvents.hasSubscribers) {
      rateLimitEvents.publish({ type: "rate_limit.denied", source: name, reason, dryRun });
    }
    if (!dryRun)
      throw withoutStack(() => new AccessDeniedError(reason, reason === "missing-key" ? missingKeyAnswer : undefined));
  }

  function enforce(request: Request<TEvent>, decision: Decision, limits: readonly Limit[]): void {
    const headers = headersOf(decision, limits, style, engine.now);
    if (!decision.allowed && !dryRun) {
      counted.reject(request, headers);
      throw withoutStack(() => new RateLimitError(decision, headers));
    }
    counted.add(request, { decision, headers });
  }

  // Not async: a memory store decides at once.
  function limit(request: Request<TEvent>, key: string): Promise<void> | undefined {
    const { event, context } = request;
    const cost =
      own.cost === undefined ? 1 : costRule("rateLimit: cost", syncResult("rateLimit: cost", own.cost(event)));
    const limits = limitsOf(event, context);
    const decision = engine.take(key, cost, limits);
    if (decision instanceof Promise) return decision.then((late) => enforce(request, late, limits));
    enforce(request, decision, limits);
    return undefined;
  }

  function rateLimitBefore(request: Request<TEvent>): Promise<void> | undefined {
    const { rehearsal } = enterInvocation(request, middleware);
    const description = describe(request);
    if (description === undefined || (description.kind === "websocket" && isDisconnect(request.event)))
      return undefined;
    if (rehearsal || syncResult("rateLimit: skip", own.skip?.(request.event))) return undefined;
    const identity = identify(request, description);
    if (identity.key !== undefined) return limit(request, identity.key);
    if (identity.denied !== undefined) deny(identity.denied);
    return undefined;
  }

  /** Inside the invocation, because a refund may call a store, which its deadline bounds. */
  function settle(request: Request<TEvent>, ended: Parameters<typeof requestOutcome>[0]): Promise<void> | undefined {
    try {
      // Rejected by a limiter further in: it then counts against no limit.
      if (isRejection(ended.error, "RATE_LIMITED")) return counted.giveBack(request);
      return counted.settle(request, () => requestOutcome(ended));
    } finally {
      leaveInvocation(request, middleware);
    }
  }

  function rateLimitAfter(request: Request<TEvent>): Promise<void> | undefined {
    counted.addHeaders(request);
    return settle(request, { response: request.response });
  }

  function rateLimitOnError(request: Request<TEvent>): Promise<void> | undefined {
    answerRejection(request, "RATE_LIMITED", "ACCESS_DENIED");
    counted.addHeaders(request);
    return settle(request, { response: request.response, error: request.error });
  }

  const middleware: RateLimitMiddleware<TEvent> = {
    before: rateLimitBefore,
    after: rateLimitAfter,
    onError: rateLimitOnError,
    async reset(key) {
      return engine.reset(text("reset: key", isKey(key) ? keyText(key) : key));
    },
  };
  return middleware;
}
