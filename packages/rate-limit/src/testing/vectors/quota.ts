import type { CalendarUnit } from "../../limits/calendar.ts";
import { type Outcome, type Take, takeOf } from "./take.ts";

/** A take from a quota. */
export interface QuotaVector extends Take {
  readonly unit: CalendarUnit;
  readonly timeZone: string;
  /** The time, as ISO 8601 in UTC. */
  readonly now: string;
  /** Count before the take. */
  readonly used: number;
}

// All results were computed by searching for the first ms with room, not by the formulas that they test.

/** unit, timeZone, now, used; limit, cost; allowed, remaining, retryAfterMs, resetAfterMs */
const quotas: readonly [unit: CalendarUnit, timeZone: string, now: string, used: number, ...Outcome][] = [
  ["hour", "UTC", "2026-01-01T00:00:00.000Z", 0, 5, 1, true, 4, 0, 3_600_000],
  ["hour", "UTC", "2026-01-01T00:59:59.999Z", 5, 5, 1, false, 0, 1, 1],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 4, 5, 1, true, 0, 0, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 5, 5, 1, false, 0, 43_200_000, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 3, 5, 3, false, 2, 43_200_000, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 0, 5, 6, false, 5, Infinity, 0],
  ["week", "UTC", "2026-01-01T00:00:00.000Z", 1, 1, 1, false, 0, 345_600_000, 345_600_000],
  ["month", "UTC", "2028-02-29T23:00:00.000Z", 10, 10, 1, false, 0, 3_600_000, 3_600_000],
  ["year", "UTC", "2026-06-30T23:59:59.000Z", 7, 10, 3, true, 0, 0, 15_897_601_000],
  ["day", "Europe/Berlin", "2026-03-28T23:30:00.000Z", 5, 5, 1, false, 0, 81_000_000, 81_000_000],
  ["day", "Europe/Berlin", "2026-10-24T22:00:00.000Z", 5, 5, 1, false, 0, 90_000_000, 90_000_000],
  ["hour", "Asia/Kathmandu", "2026-01-01T00:00:00.000Z", 5, 5, 1, false, 0, 900_000, 900_000],
  ["month", "America/New_York", "2026-03-01T05:00:00.000Z", 5, 5, 2, false, 0, 2_674_800_000, 2_674_800_000],
  ["week", "Australia/Lord_Howe", "2026-04-01T00:00:00.000Z", 2, 2, 1, false, 0, 394_200_000, 394_200_000],
  ["year", "Pacific/Kiritimati", "2026-01-01T00:00:00.000Z", 0, 3, 2, true, 1, 0, 31_485_600_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 9, 5, 1, false, 0, 86_400_000, 86_400_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 9, 5, 0, false, 0, 86_400_000, 86_400_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 5, 5, 0, true, 0, 0, 86_400_000],
  ["month", "UTC", "2026-01-31T23:59:59.999Z", 5, 5, 1, false, 0, 1, 1],
  ["month", "UTC", "2026-02-01T00:00:00.000Z", 5, 5, 1, false, 0, 2_419_200_000, 2_419_200_000],
  ["month", "UTC", "2026-02-28T12:00:00.000Z", 3, 5, 2, true, 0, 0, 43_200_000],
  ["month", "UTC", "2028-02-28T12:00:00.000Z", 5, 5, 1, false, 0, 129_600_000, 129_600_000],
  ["month", "UTC", "2028-02-29T23:59:59.999Z", 5, 5, 1, false, 0, 1, 1],
  ["month", "UTC", "2100-02-28T00:00:00.000Z", 5, 5, 1, false, 0, 86_400_000, 86_400_000],
  ["month", "UTC", "2026-04-30T23:59:59.001Z", 5, 5, 1, false, 0, 999, 999],
  ["month", "UTC", "2026-12-31T00:00:00.000Z", 0, 5, 5, true, 0, 0, 86_400_000],
  ["day", "UTC", "2028-02-29T00:00:00.000Z", 5, 5, 1, false, 0, 86_400_000, 86_400_000],
  ["day", "UTC", "2028-02-28T23:59:59.999Z", 5, 5, 1, false, 0, 1, 1],
  ["year", "UTC", "2028-01-01T00:00:00.000Z", 3, 3, 1, false, 0, 31_622_400_000, 31_622_400_000],
  ["year", "UTC", "2026-01-01T00:00:00.000Z", 3, 3, 1, false, 0, 31_536_000_000, 31_536_000_000],
  ["year", "UTC", "2026-12-31T23:59:59.999Z", 3, 3, 3, false, 0, 1, 1],
  ["week", "UTC", "2026-12-28T00:00:00.000Z", 3, 3, 1, false, 0, 604_800_000, 604_800_000],
  ["week", "UTC", "2027-01-03T23:59:59.999Z", 3, 3, 1, false, 0, 1, 1],
  ["week", "UTC", "2028-02-29T00:00:00.000Z", 1, 3, 2, true, 0, 0, 518_400_000],
  ["week", "Europe/Berlin", "2026-03-25T12:00:00.000Z", 3, 3, 1, false, 0, 381_600_000, 381_600_000],
  ["week", "Europe/Berlin", "2026-10-21T12:00:00.000Z", 3, 3, 1, false, 0, 385_200_000, 385_200_000],
  ["month", "Europe/Berlin", "2026-10-01T00:00:00.000Z", 3, 3, 1, false, 0, 2_674_800_000, 2_674_800_000],
  ["month", "Europe/Berlin", "2026-09-30T21:59:59.999Z", 3, 3, 1, false, 0, 1, 1],
  ["hour", "Europe/Berlin", "2026-10-25T00:30:00.000Z", 3, 3, 1, false, 0, 5_400_000, 5_400_000],
  ["hour", "Europe/Berlin", "2026-10-25T01:30:00.000Z", 3, 3, 1, false, 0, 1_800_000, 1_800_000],
  ["hour", "Europe/Berlin", "2026-03-29T00:59:59.999Z", 3, 3, 1, false, 0, 1, 1],
  ["hour", "Europe/Berlin", "2026-03-29T01:00:00.000Z", 2, 3, 1, true, 0, 0, 3_600_000],
  ["day", "America/New_York", "2026-11-01T04:00:00.000Z", 3, 3, 1, false, 0, 90_000_000, 90_000_000],
  ["day", "America/New_York", "2026-03-08T05:00:00.000Z", 3, 3, 1, false, 0, 82_800_000, 82_800_000],
  ["day", "America/Havana", "2026-03-08T04:59:59.999Z", 3, 3, 1, false, 0, 1, 1],
  ["day", "America/Havana", "2026-03-08T05:00:00.000Z", 3, 3, 1, false, 0, 82_800_000, 82_800_000],
  ["day", "Pacific/Apia", "2011-12-30T09:59:59.000Z", 3, 3, 1, false, 0, 1_000, 1_000],
  ["month", "Asia/Kathmandu", "2028-02-29T18:14:59.999Z", 3, 3, 1, false, 0, 1, 1],
  ["hour", "Australia/Lord_Howe", "2026-04-04T14:30:00.000Z", 3, 3, 1, false, 0, 3_600_000, 3_600_000],
  ["day", "Australia/Lord_Howe", "2026-04-04T13:00:00.000Z", 3, 3, 1, false, 0, 88_200_000, 88_200_000],
  ["year", "America/New_York", "2027-01-01T04:59:59.999Z", 3, 3, 1, false, 0, 1, 1],
];

/** Takes from quotas. */
export const quotaVectors: readonly QuotaVector[] = quotas.map(([unit, timeZone, now, used, ...outcome]) => ({
  ...{ unit, timeZone, now, used },
  ...takeOf(outcome),
}));
