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

/** Thrown by the middleware for a client on the deny list, and for a request without a key: 403. */
export class AccessDeniedError extends Error implements Rejection {
  override readonly name = "AccessDeniedError";
  readonly code = "ACCESS_DENIED";
  readonly statusCode = 403;
  readonly status = 403;
  readonly expose = true;
  readonly headers: Readonly<Record<string, string>> = {};
  readonly problem: Rejection["problem"] = { title: "Forbidden" };
  readonly reason: "deny-list" | "missing-key";

  constructor(reason: "deny-list" | "missing-key") {
    super("Access is denied");
    this.reason = reason;
  }
}
