import { isWarm, type TargetReport, type WarmReport } from "@midguard/warmup/warmer";
import { formatDuration } from "../duration.ts";
import { refusal } from "../errors.ts";
import type { Report } from "../report.ts";
import { table } from "../table.ts";

const heads = ["function", "version", "asked", "distinct", "cold", "primed", "oldest", "result"];

function resultOf(target: TargetReport): string {
  const { skipped, failures, pings, distinct } = target;
  const reasons = failures.map(
    ({ reason, count, message }) => `${reason}${count > 1 ? ` x ${count}` : ""}: ${message}`,
  );
  if (reasons.length > 0) return reasons.join("; ");
  if (skipped !== undefined) return `left alone: ${skipped}`;
  if (!isWarm(target)) return "too few environments";
  return pings > 0 && distinct === 0 ? "sent" : "warm";
}

function rowOf(target: TargetReport): (string | number)[] {
  const { functionName, qualifier, tenantId, version = "", asked, distinct, cold, primed, oldestAgeMs } = target;
  const name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
  return [
    tenantId === undefined ? name : `${name} (${tenantId})`,
    version,
    asked,
    distinct,
    cold,
    primed,
    oldestAgeMs === undefined ? "" : formatDuration(oldestAgeMs),
    resultOf(target),
  ];
}

/** Nothing could be asked of Lambda: its first answer says why. */
function refusedBy(targets: readonly TargetReport[]): string | undefined {
  const failures = targets.map((target) => target.failures[0]);
  const isRefused = failures.every(
    (failure) => failure?.reason === "access-denied" || failure?.reason === "unreachable",
  );
  return isRefused ? failures[0]?.message : undefined;
}

/** What became of each target. The finding: at least one is not as warm as was asked for. */
export function warmReport(report: WarmReport): Report {
  const { targets } = report;
  const refused = refusedBy(targets);
  if (refused !== undefined) throw refusal(`Lambda could not be asked: ${refused}`);
  return {
    data: report,
    text: table(heads, targets.map(rowOf)),
    isFinding: !targets.every(isWarm),
  };
}
