import type { CalendarUnit } from "../../limits/calendar.ts";

/** How many characters of `2026-11-29 23:59:50` name a unit. */
const shown = { hour: 13, day: 10, month: 7, year: 4 };

/**
 * Names the unit that a calendar on a wall in the zone shows at an instant: equal for all instants of one unit. Made by
 * `Intl` as text, and so by another way than the stores' own calendar.
 */
export function calendarLabels(unit: CalendarUnit, timeZone: string): (instant: number) => string {
  // Swedish dates are written as in ISO 8601.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return function labelOf(instant) {
    const text = format.format(instant);
    if (unit !== "week") return text.slice(0, shown[unit]);
    const monday = new Date(`${text.slice(0, shown.day)}T00:00:00Z`);
    while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1);
    return monday.toISOString().slice(0, shown.day);
  };
}
