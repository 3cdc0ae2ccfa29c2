import { createWarnOnce } from "@midguard/kernel/internal";
import type { Limit } from "../limits/limit.ts";

const dayMs = 86_400_000;

function lastsDays(limit: Limit): boolean {
  if (limit.kind === "quota") return limit.unit !== "hour";
  return limit.kind === "sliding-window" && limit.windowMs >= dayMs;
}

const warnOnce = createWarnOnce("rate-limit");

/**
 * Warns, once per process and only in Lambda, about limits of a day or more that are counted in memory: an execution
 * environment lives minutes to hours, and each counts for itself.
 */
export function warnOfLongWindows(limits: readonly Limit[]): void {
  const long = limits.find(lastsDays);
  if (long === undefined || process.env.AWS_LAMBDA_FUNCTION_NAME === undefined) return;
  warnOnce(
    "long-windows",
    `"${long.name}" is counted in memory`,
    "it lives minutes to hours in Lambda, so use a store that lasts",
  );
}
