import type { Rejection } from "@midguard/kernel/internal";
import type { Decision } from "../store/decision.ts";

const problemTypes = "https://iana.org/assignments/http-problem-types";

/** Seconds to wait, rounded up, so that a client never comes too early. */
function retryAfterSeconds(decision: Decision): number {
  return Math.max(1, Math.ceil(decision.retryAfterMs / 1_000));
}

/**
 * Thrown by the middleware when a limit is reached: 429 with Retry-After, unless it can never be taken. If the store
 * fails and `onStoreError` is "deny", it is 503, because the client has done nothing wrong.
 *
 * The problem types and `violated-policies` are those of draft-ietf-httpapi-ratelimit-headers.
 */
export class RateLimitError extends Error implements Rejection {
  override readonly name = "RateLimitError";
  readonly code = "RATE_LIMITED";
  readonly statusCode: 429 | 503;
  readonly status: 429 | 503;
  readonly expose = true;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Rejection["problem"];
  readonly decision: Decision;

  constructor(decision: Decision, headers: Readonly<Record<string, string>> = {}) {
    const known = decision.violated.length > 0;
    super(known ? "Too many requests: a quota is used up" : "Requests cannot be counted at the moment");
    this.decision = decision;
    this.statusCode = known ? 429 : 503;
    this.status = this.statusCode;
    this.headers = Number.isFinite(decision.retryAfterMs)
      ? { "Retry-After": String(retryAfterSeconds(decision)), ...headers }
      : headers;
    this.problem = known
      ? {
          type: `${problemTypes}#quota-exceeded`,
          title: "Too Many Requests",
          "violated-policies": decision.violated.map(({ name }) => name),
        }
      : { type: `${problemTypes}#temporary-reduced-capacity`, title: "Service Unavailable" };
  }
}

/** The answer to a request that has no key. */
export interface MissingKeyAnswer {
  readonly statusCode: 400 | 401 | 403;
  /** A 401 should say how to authenticate: `{ "WWW-Authenticate": "ApiKey" }` (RFC 9110, 15.5.2). @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const titles = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden" };

/** Thrown by the middleware for a client on the deny list, and for a request without a key: 403, or as `onMissingKey` says. */
export class AccessDeniedError extends Error implements Rejection {
  override readonly name = "AccessDeniedError";
  readonly code = "ACCESS_DENIED";
  readonly statusCode: MissingKeyAnswer["statusCode"];
  readonly status: MissingKeyAnswer["statusCode"];
  readonly expose = true;
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Rejection["problem"];
  readonly reason: "deny-list" | "missing-key";

  constructor(
    reason: "deny-list" | "missing-key",
    { statusCode, headers = {} }: MissingKeyAnswer = { statusCode: 403 },
  ) {
    super("Access is denied");
    this.reason = reason;
    this.statusCode = statusCode;
    this.status = statusCode;
    this.headers = headers;
    this.problem = { title: titles[statusCode] };
  }
}
