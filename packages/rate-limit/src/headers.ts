import type { Decision } from "./decision.ts";
import type { Limit } from "./limits/limit.ts";

/** Which headers an answer tells the limits in. */
export type HeaderStyle = "ietf" | "legacy" | "both" | "none";

/** Headers by name. */
export type Headers = Record<string, string>;

/** Units of fixed length, in seconds. Months and years have none, and so no `w`. */
const unitSeconds = { hour: 3_600, day: 86_400, week: 604_800, month: undefined, year: undefined };

function windowSeconds(limit: Limit): number | undefined {
  if (limit.kind === "quota") return unitSeconds[limit.unit];
  const ms = limit.kind === "token-bucket" ? (limit.limit * limit.tokenUs) / 1_000 : limit.windowMs;
  // `w` is a whole number of seconds: rounded, it would tell another rate.
  return ms % 1_000 === 0 ? ms / 1_000 : undefined;
}

/** A structured-field string (RFC 9651, 3.3.3). */
function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}

const policies = new WeakMap<readonly Limit[], string>();

function policyOf(limits: readonly Limit[]): string {
  let policy = policies.get(limits);
  if (policy === undefined) {
    policy = limits
      .map((limit) => {
        const seconds = windowSeconds(limit);
        return `${quoted(limit.name)};q=${limit.limit}${seconds === undefined ? "" : `;w=${seconds}`}`;
      })
      .join(", ");
    policies.set(limits, policy);
  }
  return policy;
}

function ietfState({ limits, violated, retryAfterMs, allowed }: Decision): string {
  return limits
    .map((state) => {
      const seconds = Math.ceil(state.resetAfterMs / 1_000);
      // Retry-After must not come before `t` of the limit that was reached.
      const after = !allowed && violated.includes(state) ? Math.min(seconds, Math.ceil(retryAfterMs / 1_000)) : seconds;
      return `${quoted(state.name)};r=${state.remaining};t=${after}`;
    })
    .join(", ");
}

/**
 * The headers that tell a decision: RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers, or
 * X-RateLimit-* for the limit of which the least is left, with the reset in epoch seconds. None where nothing is known.
 */
export function headersOf(
  decision: Decision,
  limits: readonly Limit[],
  style: HeaderStyle,
  now: number,
): Headers | undefined {
  const { remaining, resetAfterMs } = decision;
  const tightest = decision.limits.find((state) => state.remaining === remaining);
  if (tightest === undefined || style === "none") return undefined;
  const headers: Headers = {};
  if (style === "ietf" || style === "both") {
    headers["RateLimit-Policy"] = policyOf(limits);
    headers.RateLimit = ietfState(decision);
  }
  if (style === "legacy" || style === "both") {
    headers["X-RateLimit-Limit"] = String(tightest.limit);
    headers["X-RateLimit-Remaining"] = String(remaining);
    headers["X-RateLimit-Reset"] = String(Math.ceil((now + resetAfterMs) / 1_000));
  }
  return headers;
}
