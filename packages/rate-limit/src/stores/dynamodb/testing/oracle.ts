import { expect } from "vitest";
import type { CalendarUnit } from "../../../limits/calendar.ts";
import type { Limit } from "../../../limits/limit.ts";
import type { Decision } from "../../../store/decision.ts";
import type { StoreRequest } from "../../../store/store.ts";

/** What was admitted, in the order of decisions: the oracle knows nothing else. */
export interface Admitted {
  /** By the clock that decided. */
  readonly at: number;
  readonly cost: number;
  /** When it was given back. */
  refundedAt?: number;
}

const periodTexts = new Map<string, string>();

/** The text that a calendar in this zone shows for the whole period. */
function periodText(unit: CalendarUnit, timeZone: string, at: number): string {
  const key = `${unit} ${timeZone} ${at}`;
  const text = periodTexts.get(key) ?? findPeriodText(unit, timeZone, at);
  periodTexts.set(key, text);
  return text;
}

function findPeriodText(unit: CalendarUnit, timeZone: string, at: number): string {
  const text = new Date(at).toLocaleString("sv", { timeZone });
  if (unit !== "week") return text.slice(0, { hour: 13, day: 10, month: 7, year: 4 }[unit]);
  const monday = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

/** The window that an instant lies in, as something that compares; a bucket has one for all time. */
function windowOf(limit: Limit): (at: number) => string | bigint {
  if (limit.kind === "quota") return (at) => periodText(limit.unit, limit.timeZone, at);
  if (limit.kind === "token-bucket") return () => 0n;
  return (at) => BigInt(at) / BigInt(limit.windowMs);
}

/** How much of a log counts for a window: what was given back counts if the window was over by then. */
function sum(limit: Limit, log: readonly Admitted[], window: string | bigint): number {
  const own = windowOf(limit);
  let total = 0;
  for (const { at, cost, refundedAt } of log) {
    const isRefunded = refundedAt !== undefined && own(refundedAt) === own(at);
    if (own(at) === window && !isRefunded) total += cost;
  }
  return total;
}

/** When a bucket is full again, in microseconds, as a big number. */
function fullAt(log: readonly Admitted[], tokenUs: number): bigint {
  let full = 0n;
  for (const { at, cost } of log.filter((admitted) => admitted.cost > 0)) {
    const start = full > BigInt(at) * 1_000n ? full : BigInt(at) * 1_000n;
    full = start + BigInt(cost) * BigInt(tokenUs);
  }
  return full;
}

/** How much is used at `now`, found from the whole log in the most obvious way. Buckets ignore what was given back. */
export function usedAt(limit: Limit, log: readonly Admitted[], now: number): number {
  const window = windowOf(limit)(now);
  if (limit.kind === "quota") return sum(limit, log, window);
  if (limit.kind === "token-bucket") {
    const missing = fullAt(log, limit.tokenUs) - BigInt(now) * 1_000n;
    const token = BigInt(limit.tokenUs);
    return missing <= 0n ? 0 : Number((missing + token - 1n) / token);
  }
  const windowMs = BigInt(limit.windowMs);
  const previous = BigInt(sum(limit, log, BigInt(window) - 1n));
  return sum(limit, log, window) + Number((previous * (windowMs - (BigInt(now) % windowMs))) / windowMs);
}

/** Whether `cost` has room. */
function hasRoom(limit: Limit, log: readonly Admitted[], now: number, cost: number): boolean {
  return usedAt(limit, log, now) + cost <= limit.limit;
}

/** Checks a decision, and every number in it, against the log of what was admitted before. */
export function checkDecision(request: Omit<StoreRequest, "key">, log: readonly Admitted[], decision: Decision): void {
  const { limits, cost, now } = request;
  const lacking = limits.filter((limit) => !hasRoom(limit, log, now, cost));
  expect(decision.allowed).toBe(lacking.length === 0);
  expect(decision.violated.map(({ name }) => name)).toEqual(lacking.map(({ name }) => name));
  // A clock that is behind does not see windows that others have begun.
  const seen = (limit: Limit) => log.filter(({ at }) => windowOf(limit)(at) <= windowOf(limit)(now));
  for (const [index, limit] of limits.entries()) {
    const after = decision.allowed ? [...seen(limit), { at: now, cost }] : seen(limit);
    const { remaining, resetAfterMs } = decision.limits[index] ?? { remaining: -1, resetAfterMs: -1 };
    expect(remaining).toBe(Math.max(0, limit.limit - usedAt(limit, after, now)));
    expect(usedAt(limit, after, now + resetAfterMs)).toBe(0);
    if (resetAfterMs > 0) expect(usedAt(limit, after, now + resetAfterMs - 1)).toBeGreaterThan(0);
  }
  if (decision.allowed) {
    expect(decision.retryAfterMs).toBe(0);
  } else if (limits.some(({ limit }) => cost > limit)) {
    expect(decision.retryAfterMs).toBe(Infinity);
  } else {
    const free = now + decision.retryAfterMs;
    expect(limits.every((limit) => hasRoom(limit, seen(limit), free, cost))).toBe(true);
    expect(limits.every((limit) => hasRoom(limit, seen(limit), free - 1, cost))).toBe(false);
  }
}
