import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CalendarUnit, calendarOf, calendarUnits } from "./calendar.ts";

const zones = [
  ...["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"],
  ...["Pacific/Apia", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Kiritimati", "Asia/Beirut", "America/St_Johns"],
];

/** What a calendar on a wall there shows, by another way through Intl: text instead of parts. */
function label(unit: CalendarUnit, zone: string, instant: number): string {
  const text = new Date(instant).toLocaleString("sv-SE", { timeZone: zone });
  const day = text.slice(0, 10);
  if (unit === "week") {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  }
  return text.slice(0, { hour: 13, day: 10, month: 7, year: 4 }[unit]);
}

const iso = (instant: number) => new Date(instant).toISOString();

function periodOf(unit: CalendarUnit, zone: string, at: string): [string, string] {
  const { start, end } = calendarOf(unit, zone).periodAt(Date.parse(at));
  return [iso(start), iso(end)];
}

describe("a calendar", () => {
  it("returns the period that an instant lies in, to the ms, in every zone", { timeout: 60_000 }, () => {
    const instants = fc.integer({ min: Date.UTC(2008, 0), max: Date.UTC(2037, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...calendarUnits), fc.constantFrom(...zones), instants, (unit, zone, now) => {
        const { start, end } = calendarOf(unit, zone).periodAt(now);
        expect(start).toBeLessThanOrEqual(now);
        expect(end).toBeGreaterThan(now);
        // St John's changed its clocks at 00:01 until 2011: an hour came back after another had begun.
        if (zone === "America/St_Johns" && now < Date.UTC(2012, 0)) return;
        const own = label(unit, zone, now);
        expect([label(unit, zone, start), label(unit, zone, end - 1)]).toEqual([own, own]);
        expect(label(unit, zone, start - 1)).not.toBe(own);
        expect(label(unit, zone, end)).not.toBe(own);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has periods that follow each other without gap or overlap", { timeout: 60_000 }, () => {
    for (const zone of zones) {
      for (const unit of calendarUnits) {
        const calendar = calendarOf(unit, zone);
        let { start, end } = calendar.periodAt(Date.UTC(2011, 9, 28));
        for (let step = 0; step < 300; step += 1) {
          expect(calendar.periodAt(end - 1)).toEqual({ start, end });
          const next = calendar.periodAt(end);
          expect(next.start).toBe(end);
          ({ start, end } = next);
        }
      }
    }
  });

  it("has UTC's months, years and weeks from Monday", () => {
    expect(periodOf("month", "UTC", "2028-02-29T23:59:59.999Z")).toEqual([
      "2028-02-01T00:00:00.000Z",
      "2028-03-01T00:00:00.000Z",
    ]);
    expect(periodOf("year", "UTC", "2026-12-31T23:59:59.999Z")).toEqual([
      "2026-01-01T00:00:00.000Z",
      "2027-01-01T00:00:00.000Z",
    ]);
    expect(periodOf("week", "UTC", "2026-11-22T23:00:00Z")).toEqual([
      "2026-11-16T00:00:00.000Z",
      "2026-11-23T00:00:00.000Z",
    ]);
    expect(periodOf("day", "UTC", "1969-12-31T23:59:59.999Z")).toEqual([
      "1969-12-31T00:00:00.000Z",
      "1970-01-01T00:00:00.000Z",
    ]);
  });

  it("starts days and hours of Kathmandu at a quarter past", () => {
    expect(periodOf("day", "Asia/Kathmandu", "2026-06-01T18:14:59.999Z")[1]).toBe("2026-06-01T18:15:00.000Z");
    expect(periodOf("hour", "Asia/Kathmandu", "2026-06-01T18:15:00Z")).toEqual([
      "2026-06-01T18:15:00.000Z",
      "2026-06-01T19:15:00.000Z",
    ]);
  });

  it("has days of 23 and 25 hours when the clocks change", () => {
    expect(periodOf("day", "Europe/Berlin", "2026-03-29T12:00:00Z")).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
    expect(periodOf("day", "Europe/Berlin", "2026-10-25T12:00:00Z")).toEqual([
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ]);
  });

  it("starts a day that has no midnight when its clocks jump", () => {
    // Havana jumps from 00:00 to 01:00.
    expect(periodOf("day", "America/Havana", "2026-03-08T12:00:00Z")).toEqual([
      "2026-03-08T05:00:00.000Z",
      "2026-03-09T04:00:00.000Z",
    ]);
  });

  it("starts a day whose midnight lies in the middle of a jump with that jump", () => {
    // Toronto went from 23:30 to 00:30.
    expect(periodOf("day", "America/Toronto", "1919-03-31T12:00:00Z")[0]).toBe("1919-03-31T04:30:00.000Z");
    expect(periodOf("day", "America/Toronto", "1919-03-31T04:29:59.999Z")[1]).toBe("1919-03-31T04:30:00.000Z");
  });

  it("has periods for a zone that went back into the day before, at one past midnight", () => {
    const calendar = calendarOf("hour", "America/St_Johns");
    const first = Date.parse("2010-11-07T01:00:00Z");
    for (let now = first; now < first + 6 * 3_600_000; now += 30_000) {
      const { start, end } = calendar.periodAt(now);
      expect([start <= now, now < end, calendar.periodAt(end).start, calendar.periodAt(start - 1).end]).toEqual([
        true,
        true,
        end,
        start,
      ]);
    }
  });

  it("counts an hour that the clocks show twice as one", () => {
    expect(periodOf("hour", "Europe/Berlin", "2026-10-25T00:30:00Z")).toEqual([
      "2026-10-25T00:00:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
    expect(periodOf("hour", "Europe/Berlin", "2026-10-25T01:30:00Z")).toEqual([
      "2026-10-25T00:00:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
  });

  it("leaves out the day that Samoa skipped", () => {
    expect(periodOf("day", "Pacific/Apia", "2011-12-30T09:59:59Z")[1]).toBe("2011-12-30T10:00:00.000Z");
    expect(periodOf("day", "Pacific/Apia", "2011-12-30T10:00:00Z")).toEqual([
      "2011-12-30T10:00:00.000Z",
      "2011-12-31T10:00:00.000Z",
    ]);
  });

  it("refuses an unknown zone", () => {
    expect(() => calendarOf("day", "Mars/Olympus")).toThrow(/timeZone must be an IANA time zone, got "Mars\/Olympus"/);
  });
});
