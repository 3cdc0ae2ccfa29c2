import type { Limit } from "../src/limits/limit.ts";

/** What has been admitted: all that the oracle knows. */
export interface Admitted {
  readonly at: number;
  readonly cost: number;
}

function sum(log: readonly Admitted[], counts: (at: number) => boolean): number {
  return log.reduce((total, { at, cost }) => (counts(at) ? total + cost : total), 0);
}

function utcLabel(unit: string, at: number): string {
  const text = new Date(at).toISOString();
  if (unit !== "week") return text.slice(0, { hour: 13, day: 10, month: 7, year: 4 }[unit]);
  const monday = new Date(at);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

/** How much counts at `now`, found from the whole log in the most obvious way. A bucket's log starts full. */
export function usedOf(limit: Limit, log: readonly Admitted[], now: number): number {
  if (limit.kind === "quota") {
    const own = utcLabel(limit.unit, now);
    return sum(log, (at) => utcLabel(limit.unit, at) === own);
  }
  if (limit.kind === "token-bucket") {
    let missingUs = 0;
    let last = log[0]?.at ?? now;
    for (const { at, cost } of log) {
      missingUs = Math.max(0, missingUs - (at - last) * 1_000) + cost * limit.tokenUs;
      last = at;
    }
    return Math.ceil(Math.max(0, missingUs - (now - last) * 1_000) / limit.tokenUs);
  }
  const { windowMs } = limit;
  if (limit.strict) {
    const part = (at: number) => Math.floor((at * 12) / windowMs);
    return sum(log, (at) => part(at) >= part(now) - 12);
  }
  const window = Math.floor(now / windowMs);
  const previous = sum(log, (at) => Math.floor(at / windowMs) === window - 1);
  const current = sum(log, (at) => Math.floor(at / windowMs) === window);
  return current + Math.floor((previous * (windowMs - (now % windowMs))) / windowMs);
}
