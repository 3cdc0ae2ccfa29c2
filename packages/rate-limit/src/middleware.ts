import type { MiddlewareObj, Request } from "@middy/core";
import {
  answerRejection,
  checkInteger,
  checkSync,
  describe,
  enterInvocation,
  isRecord,
  leaveInvocation,
  type RequestDescription,
  warn,
} from "@midguard/kernel/internal";
import { addressKey, clientAddress } from "./address.ts";
import type { Decision } from "./decision.ts";
import { AccessDeniedError, RateLimitError, stackless } from "./errors.ts";
import { rateLimitEvents } from "./events.ts";
import { type Headers, headersOf } from "./headers.ts";
import { createEngine, type Engine } from "./limiter.ts";
import type { Limit } from "./limits/limit.ts";
import { type RateLimitOptions, type RequestContext, resolveMiddlewareOptions } from "./options.ts";
import { withHeaders } from "./response.ts";

/** What is known of a request that was counted. */
interface Counted {
  readonly decision: Decision;
  readonly headers: Headers | undefined;
  /** Whether it is settled what it counts. */
  settled: boolean;
}

type Outcome = { readonly response: unknown } | { readonly error: unknown };

/** The end of a WebSocket connection, told by the gateway: nobody reads an answer, and a handler must not miss it. */
function isDisconnect(event: unknown): boolean {
  return isRecord(event) && isRecord(event.requestContext) && event.requestContext.eventType === "DISCONNECT";
}

/** Says which limits hold for a request. Those that hold for all are checked now. */
function limitsBy<TEvent>(
  engine: Engine,
  given: RateLimitOptions<TEvent>["limits"],
): (event: TEvent, context: RequestContext) => readonly Limit[] {
  if (typeof given === "function") return (event, context) => engine.check(checkSync("limits", given(event, context)));
  const limits = engine.check(given);
  return () => limits;
}

/**
 * Limits requests before they reach the handler: a rejection is thrown as a `RateLimitError`, and answered with 429,
 * Retry-After and a problem document. Events that are no API request pass untouched, the end of a WebSocket connection
 * too, and a rehearsal takes nothing.
 *
 * @example
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
 *   .use(rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] }))
 *   .handler(getUser);
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function rateLimit<TEvent = unknown>(options: RateLimitOptions<TEvent>): MiddlewareObj<TEvent> {
  const [engineOptions, resolved] = resolveMiddlewareOptions(options);
  const { limits: given, key: keyOf, cost: costOf, skip, allowList, denyList, ipv6Prefix, countIf } = resolved;
  const { name, dryRun } = engineOptions;
  const style = dryRun ? "none" : resolved.headers;
  const engine = createEngine(engineOptions);
  // On the request itself: as key of a WeakMap, an object so short-lived costs the garbage collector 0.6 us.
  const counted: unique symbol = Symbol("midguard.rate-limit");
  type Marked = { [counted]?: Counted };
  const limitsOf = limitsBy(engine, given);
  let hasWarned = false;

  function deny(reason: "deny-list" | "missing-key"): void {
    if (rateLimitEvents.hasSubscribers) {
      rateLimitEvents.publish({ type: "rate_limit.denied", source: name, reason, dryRun });
    }
    if (!dryRun) throw stackless(() => new AccessDeniedError(reason));
  }

  /** The key that a request counts under; `undefined` where it is not limited. Throws where it is denied. */
  function identify({ event, context }: Request<TEvent>, description: RequestDescription): string | undefined {
    const needsAddress = keyOf === undefined || denyList !== undefined || allowList !== undefined;
    const address = needsAddress ? clientAddress(description, resolved.trustedHops) : undefined;
    if (address !== undefined && denyList?.has(address)) {
      deny("deny-list");
      return undefined;
    }
    if (address !== undefined && allowList?.has(address)) return undefined;
    const key: unknown = keyOf === undefined ? address && addressKey(address, ipv6Prefix) : keyOf(event, context);
    if (typeof key === "string" && key !== "") return key;
    // A client may be to blame, so it gets what is said for a missing key; or the function is.
    if (checkSync("key", key) && !hasWarned) {
      warn("rateLimit: what key gives is no string, and so no key", typeof key);
      hasWarned = true;
    }
    // Never a bucket that all requests without a key share.
    if (resolved.onMissingKey === "deny") deny("missing-key");
    return undefined;
  }

  function enforce(request: Request<TEvent>, decision: Decision, limits: readonly Limit[]): void {
    const headers = headersOf(decision, limits, style, engine.now);
    if (!decision.allowed && !dryRun) throw stackless(() => new RateLimitError(decision, headers));
    (request as Marked)[counted] = { decision, headers, settled: false };
  }

  // Not async: with a memory store nothing is waited for.
  function rateLimitBefore(request: Request<TEvent>): Promise<void> | undefined {
    const { event, context } = request;
    const { rehearsal } = enterInvocation(request, middleware).invocation;
    const description = describe(request);
    if (description === undefined || (description.kind === "websocket" && isDisconnect(event))) return undefined;
    if (rehearsal || checkSync("skip", skip?.(event))) return undefined;
    const key = identify(request, description);
    if (key === undefined) return undefined;
    const cost = costOf === undefined ? 1 : checkInteger("cost", costOf(event), 0);
    const limits = limitsOf(event, context);
    const decision = engine.take(key, cost, limits);
    if (decision instanceof Promise) return decision.then((late) => enforce(request, late, limits));
    enforce(request, decision, limits);
    return undefined;
  }

  /** Gives back what does not count after all, once. */
  function settle(request: object, outcome: Outcome): Promise<void> | undefined {
    const entry = (request as Marked)[counted];
    if (countIf === undefined || entry === undefined || entry.settled) return undefined;
    entry.settled = true;
    return checkSync("countIf", countIf(outcome)) ? undefined : engine.refund(entry.decision);
  }

  function addHeaders(request: Request<TEvent>): void {
    const headers = (request as Marked)[counted]?.headers;
    if (headers !== undefined && isRecord(request.response)) {
      request.response = withHeaders(request.event, request.response, headers);
    }
  }

  function rateLimitAfter(request: Request<TEvent>): Promise<void> | undefined {
    leaveInvocation(request, middleware);
    addHeaders(request);
    return settle(request, { response: request.response });
  }

  function rateLimitOnError(request: Request<TEvent>): Promise<void> | undefined {
    leaveInvocation(request, middleware);
    answerRejection(request, "RATE_LIMITED", "ACCESS_DENIED");
    addHeaders(request);
    return settle(request, { error: request.error });
  }

  const middleware: MiddlewareObj<TEvent> = {
    before: rateLimitBefore,
    after: rateLimitAfter,
    onError: rateLimitOnError,
  };
  return middleware;
}
