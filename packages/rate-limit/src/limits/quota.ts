import { oneOf, readOptions, text } from "@midguard/kernel/internal";
import { type CalendarUnit, calendarOf, calendarUnits } from "./calendar.ts";
import { type LimitBase, limitNameRule, limitRule, nameLimit } from "./limit-base.ts";

const unitRule = oneOf(...calendarUnits);

/** At most `limit` per hour, day, week, month or year of the calendar; made by `quota`. */
export interface Quota extends LimitBase {
  readonly kind: "quota";
  readonly unit: CalendarUnit;
  readonly timeZone: string;
}

/** Options of `quota`. */
export interface QuotaOptions {
  /** The limit's name in headers, error responses and events. @default `1000-per-day` */
  readonly name?: string | undefined;
  /** IANA name of the zone whose calendar counts, with its summer time. @default "UTC" */
  readonly timeZone?: string | undefined;
}

/**
 * At most `limit` in each hour, day, week (from Monday), month or year of the calendar in `timeZone`. The count starts
 * anew at the turn of the unit, even if summer time makes a day 23 or 25 hours long.
 *
 * The bound: never more than the limit within one calendar unit, and so at most twice the limit in any stretch of that
 * length. A clock set back never starts a new count.
 *
 * @example
 * quota(1_000, "day")
 * quota(20_000, "month", { timeZone: "Europe/Berlin" })
 *
 * @param limit whole, 1 to a billion
 * @throws TypeError or RangeError for a bad argument, naming it and its value.
 */
export function quota(limit: number, unit: CalendarUnit, options: QuotaOptions = {}): Quota {
  const rules = { name: limitNameRule, timeZone: text };
  const { name, timeZone } = readOptions("quota", options, rules, { timeZone: "UTC" });
  limitRule("quota: limit", limit);
  unitRule("quota: unit", unit);
  calendarOf(unit, timeZone);
  const window = timeZone === "UTC" ? unit : `${unit}@${timeZone}`;
  return { kind: "quota", ...nameLimit(name, window, `${limit}-per-${unit}`), limit, unit, timeZone };
}

/** What a quota has counted. */
export interface QuotaCounts {
  /** How much was taken in the period that is counted. */
  readonly used: number;
  /** Milliseconds until that period ends. */
  readonly leftMs: number;
}

/** Milliseconds until at most `target` counts, if nothing more is taken: until the period ends, or 0. */
export function quotaWaitMs({ used, leftMs }: QuotaCounts, target: number): number {
  return used <= target ? 0 : leftMs;
}
