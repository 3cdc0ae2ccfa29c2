import { createHash } from "node:crypto";
import { calendarOf } from "../../limits/calendar.ts";
import type { Limit } from "../../limits/limit.ts";
import type { Quota } from "../../limits/quota.ts";
import type { ScriptKind, Scripts } from "./scripts/script.ts";

/** The scripts for a list of limits, and their arguments about them. */
export interface Plan extends Scripts {
  /** For `take` at `now` by the server's clock, in epoch ms, as exactly as it is known. */
  takeArgs(now: number): readonly string[];
  /** For `refund` of a take at `takenAt` by the server's clock. */
  refundArgs(takenAt: number, resetAfterMs: readonly number[]): readonly string[];
}

/** Names a limit's record. 32 bits: two of eight limits share them once in 150 million lists. */
function tagOf({ id }: Limit): string {
  return String(createHash("sha256").update(id).digest().readUInt32BE());
}

function kindOf(limit: Limit): ScriptKind {
  if (limit.kind === "quota") return "quota";
  if (limit.kind === "token-bucket") return "bucket";
  return limit.strict ? "strict" : "sliding";
}

/** Kind, tag and limit, then the span of all kinds but quotas. */
function headOf(limit: Limit): readonly string[] {
  const head = [kindOf(limit), tagOf(limit), String(limit.limit)];
  if (limit.kind === "quota") return head;
  return [...head, String(limit.kind === "token-bucket" ? limit.tokenUs : limit.windowMs)];
}

/** A function that returns when the period at an instant ends, when it starts, and when the next one ends. */
function createPeriods({ unit, timeZone }: Quota): (now: number) => readonly string[] {
  const calendar = calendarOf(unit, timeZone);
  let start = 0;
  let end = 0;
  let args: readonly string[] = [];
  return function periodsAt(now) {
    // Kept, because the calendar keeps one period alone, and computing another takes microseconds.
    if (now < start || now >= end) {
      ({ start, end } = calendar.periodAt(now));
      args = [String(end), String(start), String(calendar.periodAt(end).end)];
    }
    return args;
  };
}

/** What is sent about one limit. */
function partOf(limit: Limit): { take(now: number): readonly string[]; refund(takenAt: number): readonly string[] } {
  const head = headOf(limit);
  if (limit.kind !== "quota") return { take: () => head, refund: () => head };
  const periodsAt = createPeriods(limit);
  const calendar = calendarOf(limit.unit, limit.timeZone);
  return {
    take: (now) => [...head, ...periodsAt(now)],
    refund: (takenAt) => [...head, String(calendar.periodAt(takenAt).end)],
  };
}

function makePlan(limits: readonly Limit[], scriptsOf: ScriptsOf): Plan {
  const parts = limits.map(partOf);
  return {
    ...scriptsOf(new Set(limits.map(kindOf))),
    takeArgs: (now) => parts.flatMap((part) => part.take(now)),
    refundArgs: (takenAt, resetsMs) =>
      parts.flatMap((part, index) => [...part.refund(takenAt), String(resetsMs[index])]),
  };
}

/** The scripts for limits of some kinds. */
export type ScriptsOf = (kinds: ReadonlySet<ScriptKind>) => Scripts;

/** A function that returns the plan of a list of limits, made once. */
export function createPlans(scriptsOf: ScriptsOf): (limits: readonly Limit[]) => Plan {
  const plans = new WeakMap<readonly Limit[], Plan>();
  return function planOf(limits) {
    const known = plans.get(limits);
    if (known !== undefined) return known;
    const plan = makePlan(limits, scriptsOf);
    plans.set(limits, plan);
    return plan;
  };
}
