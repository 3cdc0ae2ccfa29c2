import assert from "node:assert/strict";
import type { Limit } from "../../limits/limit.ts";
import { calendarLabels } from "../oracle/labels.ts";
import type { Span } from "./follower.ts";

/** A take that a store admitted. */
export interface Admission extends Span {
  readonly cost: number;
}

/** The most that a limit may admit in a stretch of `ms`, if the clocks of its callers differ by `spreadMs` at most. */
function mostWithin(limit: Exclude<Limit, { kind: "quota" }>, ms: number, spreadMs: number): number {
  if (limit.kind === "token-bucket") return limit.limit + Math.floor(((ms + spreadMs) * 1_000) / limit.tokenUs);
  // Any stretch of time lies in `full` whole windows and one begun.
  const full = Math.floor((ms + spreadMs) / limit.windowMs);
  if (limit.strict) return limit.limit * (full + 1);
  return Math.floor(limit.limit * (2 + (ms < limit.windowMs ? spreadMs / limit.windowMs : full)));
}

/** Takes that every clock puts into one calendar unit. */
function checkUnits(limit: Extract<Limit, { kind: "quota" }>, admitted: readonly Admission[], spreadMs: number): void {
  const labelOf = calendarLabels(limit.unit, limit.timeZone);
  const sums = new Map<string, number>();
  for (const { from, to, cost } of admitted) {
    const label = labelOf(from - spreadMs);
    if (labelOf(to + spreadMs) === label) sums.set(label, (sums.get(label) ?? 0) + cost);
  }
  for (const [label, sum] of sums) assert.ok(sum <= limit.limit, `${limit.name}: ${sum} admitted in ${label}`);
}

/** Every stretch of time from one take to another. */
function checkStretches(
  limit: Exclude<Limit, { kind: "quota" }>,
  admitted: readonly Admission[],
  spreadMs: number,
): void {
  for (const [first, { from }] of admitted.entries()) {
    let sum = 0;
    for (const { to, cost } of admitted.slice(first)) {
      sum += cost;
      const most = mostWithin(limit, to - from, spreadMs);
      assert.ok(sum <= most, `${limit.name}: ${sum} admitted within ${to - from} ms, at most ${most} are`);
    }
  }
}

/**
 * Throws an `AssertionError` if more was admitted than a limit promises, in any stretch of time.
 *
 * @param spreadMs - By how much the clocks of the callers differ at most.
 */
export function checkBound(limit: Limit, admitted: readonly Admission[], spreadMs = 0): void {
  if (limit.kind === "quota") checkUnits(limit, admitted, spreadMs);
  else checkStretches(limit, admitted, spreadMs);
}
