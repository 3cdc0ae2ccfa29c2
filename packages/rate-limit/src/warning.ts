import type { Limit } from "./limits/limit.ts";

const dayMs = 86_400_000;

function lastsDays(limit: Limit): boolean {
  if (limit.kind === "quota") return limit.unit !== "hour";
  return limit.kind === "sliding-window" && limit.windowMs >= dayMs;
}

let warned = false;

/**
 * Warns, once per process and in Lambda only, of limits over days that are counted in memory: an execution environment
 * lives minutes to hours, and every one counts for itself.
 */
export function warnOfLongWindows(limits: readonly Limit[]): void {
  const long = limits.find(lastsDays);
  if (long === undefined || warned || process.env.AWS_LAMBDA_FUNCTION_NAME === undefined) return;
  warned = true;
  process.emitWarning(
    `rate-limit: "${long.name}" is counted in memory, which lives minutes to hours in Lambda: give it a store that lasts`,
    "MidguardWarning",
  );
}
