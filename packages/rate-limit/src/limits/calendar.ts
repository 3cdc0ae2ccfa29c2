/** Units that a quota counts in, in the order of their length. */
export const calendarUnits = ["hour", "day", "week", "month", "year"] as const;

/** `"hour"`, `"day"`, `"week"` (from Monday), `"month"` or `"year"`. */
export type CalendarUnit = (typeof calendarUnits)[number];

/** A stretch of the calendar, in epoch ms; `end` is the next one's start. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** Hours, days, weeks, months or years in a time zone. They follow each other without gap or overlap. */
export interface Calendar {
  /** The period that an instant (epoch ms) lies in. */
  periodAt(now: number): Period;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Start of the unit that holds `wall`, or of one `steps` later. Wall times are epoch ms as if the zone were UTC. */
function unitStart(unit: CalendarUnit, wall: number, steps: number): number {
  if (unit === "hour") return (Math.floor(wall / hourMs) + steps) * hourMs;
  if (unit === "day") return (Math.floor(wall / dayMs) + steps) * dayMs;
  if (unit === "week") {
    // The epoch was a Thursday, three days after a Monday.
    const week = Math.floor((wall / dayMs + 3) / 7);
    return ((week + steps) * 7 - 3) * dayMs;
  }
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  return unit === "month" ? Date.UTC(year, date.getUTCMonth() + steps) : Date.UTC(year + steps, 0);
}

/** How far a zone's clocks are ahead of UTC at an instant, in ms. */
type Offset = (instant: number) => number;

function zoneOffset(timeZone: string): Offset {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return function offset(instant) {
    const fields: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(instant)) fields[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
    // Intl cuts off the fraction of a second, also before 1970.
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
  };
}

/** First instant at which the zone's clocks show `wall`, or something later if they jump over it. */
function instantOf(wall: number, offset: Offset): number {
  // No zone is more than a day from UTC, and none changes its clocks twice in two days.
  const before = offset(wall - dayMs);
  const after = offset(wall + dayMs);
  if (offset(wall - before) === before) return wall - before;
  if (offset(wall - after) === after) return wall - after;
  // Jumped over: find the jump between the two readings, to the ms.
  let early = wall - after;
  let late = wall - before;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offset(middle) === before) early = middle;
    else late = middle;
  }
  return late;
}

function createCalendar(unit: CalendarUnit, timeZone: string): Calendar {
  const offset = timeZone === "UTC" ? () => 0 : zoneOffset(timeZone);
  const toInstant = timeZone === "UTC" ? (wall: number) => wall : (wall: number) => instantOf(wall, offset);

  function find(now: number): Period {
    const wall = now + offset(now);
    // The first instant at which the clocks showed the unit's start, and so never after `now`.
    let start = toInstant(unitStart(unit, wall, 0));
    let end = toInstant(unitStart(unit, wall, 1));
    // If the clocks went back into a unit that had ended, the next unit continues.
    for (let steps = 2; end <= now; steps += 1) {
      start = end;
      end = toInstant(unitStart(unit, wall, steps));
    }
    return { start, end };
  }

  // The last period is kept: nearly every call needs it again, and Intl takes some microseconds.
  let last: Period = { start: 0, end: 0 };
  return {
    periodAt(now) {
      if (now < last.start || now >= last.end) last = find(now);
      return last;
    },
  };
}

const calendars = new Map<string, Calendar>();

/** The calendar of a unit in a time zone, made once. Throws a `RangeError` for an unknown zone. */
export function calendarOf(unit: CalendarUnit, timeZone: string): Calendar {
  const key = `${unit} ${timeZone}`;
  let calendar = calendars.get(key);
  if (calendar === undefined) {
    try {
      calendar = createCalendar(unit, timeZone);
    } catch {
      throw new RangeError(`timeZone must be an IANA time zone, got ${JSON.stringify(timeZone)}`);
    }
    calendars.set(key, calendar);
  }
  return calendar;
}
