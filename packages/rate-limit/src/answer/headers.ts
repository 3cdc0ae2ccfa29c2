import type { Limit } from "../limits/limit.ts";
import { type Decision, type LimitState, tightestOf } from "../store/decision.ts";

/** The headers that report the limits. */
export type HeaderStyle = "ietf" | "legacy" | "both" | "none";

/** Headers by name. */
export type Headers = Record<string, string>;

/** Units of fixed length, in seconds. Months and years have none, and so no `w`. */
const unitSeconds = { hour: 3_600, day: 86_400, week: 604_800, month: undefined, year: undefined };

function windowSeconds(limit: Limit): number | undefined {
  if (limit.kind === "quota") return unitSeconds[limit.unit];
  const ms = limit.kind === "token-bucket" ? (limit.limit * limit.tokenUs) / 1_000 : limit.windowMs;
  // `w` is a whole number of seconds: rounded, it would mean another rate.
  return ms % 1_000 === 0 ? ms / 1_000 : undefined;
}

/** A structured-field string (RFC 9651, 3.3.3). */
function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}

/** The parts of the headers that do not depend on the decision. */
interface Texts {
  /** RateLimit-Policy. */
  readonly policy: string;
  /** How the item of each limit in RateLimit begins. */
  readonly items: readonly string[];
}

const known = new WeakMap<readonly Limit[], Texts>();

function textsOf(limits: readonly Limit[]): Texts {
  let texts = known.get(limits);
  if (texts === undefined) {
    const policies = limits.map((limit) => {
      const seconds = windowSeconds(limit);
      return `${quoted(limit.name)};q=${limit.limit}${seconds === undefined ? "" : `;w=${seconds}`}`;
    });
    texts = { policy: policies.join(", "), items: limits.map(({ name }) => `${quoted(name)};r=`) };
    known.set(limits, texts);
  }
  return texts;
}

function ietfState({ limits, violated, retryAfterMs }: Decision, items: readonly string[]): string {
  let text = "";
  for (let index = 0; index < limits.length; index += 1) {
    const state = limits[index] as LimitState;
    let afterMs = state.resetAfterMs;
    // `t` of a limit that was reached must not lie after Retry-After.
    if (violated.length > 0 && violated.includes(state)) afterMs = Math.min(afterMs, retryAfterMs);
    text += `${index === 0 ? "" : ", "}${items[index]}${state.remaining};t=${Math.ceil(afterMs / 1_000)}`;
  }
  return text;
}

/**
 * The headers for a decision: RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers, or X-RateLimit-*
 * for the limit with the least left, with the reset in epoch seconds. `undefined` if nothing is known.
 */
export function headersOf(
  decision: Decision,
  limits: readonly Limit[],
  style: HeaderStyle,
  now: () => number,
): Headers | undefined {
  const tightest = tightestOf(decision.limits);
  if (style === "none" || tightest === undefined) return undefined;
  const headers: Headers = {};
  if (style !== "legacy") {
    const { policy, items } = textsOf(limits);
    headers["RateLimit-Policy"] = policy;
    headers.RateLimit = ietfState(decision, items);
  }
  if (style !== "ietf") {
    headers["X-RateLimit-Limit"] = String(tightest.limit);
    headers["X-RateLimit-Remaining"] = String(tightest.remaining);
    headers["X-RateLimit-Reset"] = String(Math.ceil((now() + tightest.resetAfterMs) / 1_000));
  }
  return headers;
}

/** Names of headers that are lists: limiters around one another report in the same one. */
const lists: readonly string[] = ["RateLimit-Policy", "RateLimit"];

/** The headers of two limiters, one inside the other. The legacy ones have room for one limit: the inner's. */
export function joinHeaders(inner: Headers, outer: Headers): Headers {
  const joined = { ...outer, ...inner };
  for (const name of lists) {
    if (inner[name] !== undefined && outer[name] !== undefined) joined[name] = `${inner[name]}, ${outer[name]}`;
  }
  return joined;
}
