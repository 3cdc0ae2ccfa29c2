import type { Invocation } from "../invocation.ts";
import type { InitializationType } from "./kind.ts";

/** The facts of a REPORT line. Durations in milliseconds, memory in MB. */
export interface Report {
  readonly requestId: string;
  /** Only with tenant isolation, and only in JSON. */
  readonly tenantId: string | undefined;
  readonly durationMs: number;
  readonly memorySizeMb: number;
  readonly maxMemoryUsedMb: number;
  /** Only in the report of the environment's first invocation. */
  readonly initDurationMs: number | undefined;
  readonly status: Status;
  readonly errorType: string | undefined;
}

export type Status = "success" | "error" | "timeout";

type LogFormat = "Text" | "JSON";

export function initStartLine(format: LogFormat, time: number, initializationType: InitializationType): string {
  const runtimeVersion = `nodejs:${process.versions.node}`;
  if (format === "Text") return `INIT_START Runtime Version: ${runtimeVersion}`;
  return platformEvent(time, "platform.initStart", { initializationType, phase: "init", runtimeVersion });
}

/** Reports a failed init. A successful one is part of the first REPORT. */
export function initReportLine(format: LogFormat, time: number, durationMs: number, status: Status): string {
  if (format === "Text")
    return `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}`;
  return platformEvent(time, "platform.initReport", {
    phase: "init",
    status,
    metrics: { durationMs: round(durationMs) },
  });
}

export function startLine(
  format: LogFormat,
  time: number,
  { requestId, version, tenantId }: Pick<Invocation, "requestId" | "version" | "tenantId">,
): string {
  if (format === "Text") return `START RequestId: ${requestId} Version: ${version}`;
  return platformEvent(time, "platform.start", { requestId, version, tenantId });
}

/** END and REPORT in text; in JSON only the report. */
export function reportLines(format: LogFormat, time: number, report: Report): string[] {
  return format === "Text" ? textReport(report) : [jsonReport(time, report)];
}

// Since August 2025 AWS bills the init of every kind of function.
function billedMs(report: Report): number {
  return Math.ceil(report.durationMs + (report.initDurationMs ?? 0));
}

function textReport(report: Report): string[] {
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${report.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(report)} ms`,
    `Memory Size: ${report.memorySizeMb} MB`,
    `Max Memory Used: ${report.maxMemoryUsedMb} MB`,
  ];
  if (report.initDurationMs !== undefined) fields.push(`Init Duration: ${report.initDurationMs.toFixed(2)} ms`);
  if (report.status !== "success") fields.push(`Status: ${report.status}`);
  if (report.errorType !== undefined) fields.push(`Error Type: ${report.errorType}`);
  return [`END RequestId: ${report.requestId}`, `${fields.join("\t")}\t`];
}

function jsonReport(time: number, report: Report): string {
  const { requestId, tenantId, status, errorType } = report;
  const metrics = {
    durationMs: round(report.durationMs),
    billedDurationMs: billedMs(report),
    memorySizeMB: report.memorySizeMb,
    maxMemoryUsedMB: report.maxMemoryUsedMb,
    ...(report.initDurationMs !== undefined && { initDurationMs: round(report.initDurationMs) }),
  };
  return platformEvent(time, "platform.report", { requestId, tenantId, metrics, status, errorType });
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function platformEvent(time: number, type: string, record: object): string {
  return JSON.stringify({ time: new Date(time).toISOString(), type, record });
}
