/** A length of time: a number of milliseconds, or a whole number with its unit. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
/** 366 days. */
const longestMs = 366 * unitMs.d;

function isUnit(unit: string | undefined): unit is keyof typeof unitMs {
  return unit !== undefined && Object.hasOwn(unitMs, unit);
}

function read(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(String(value)) ?? [];
  return isUnit(unit) ? Number(count) * unitMs[unit] : undefined;
}

/** A duration in ms: whole, from 1 ms to 366 days. */
export function parseDuration(option: string, value: Duration): number {
  const ms = read(value);
  if (ms === undefined) {
    throw new TypeError(
      `${option} must be a number of ms or text like "10s", "5m", "1h", got ${JSON.stringify(value)}`,
    );
  }
  if (!Number.isInteger(ms) || ms < 1 || ms > longestMs) {
    throw new RangeError(`${option} must be a whole number of ms up to 366 days, got ${value}`);
  }
  return ms;
}

/** A duration in its largest whole unit: `90000` is `90s`. */
export function formatDuration(ms: number): string {
  // Every whole number is one of ms at least.
  const [unit, length] = Object.entries(unitMs).find(([, each]) => ms % each === 0) as [string, number];
  return `${ms / length}${unit}`;
}
