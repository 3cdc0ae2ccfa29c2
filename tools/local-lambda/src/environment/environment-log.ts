import type { FunctionConfig } from "../function-config.ts";
import type { Invocation, Outcome } from "../invocation.ts";
import { errorTypeOf, type PlatformFailure } from "./failure.ts";
import type { InitializationType } from "./kind.ts";
import type { LogLine } from "./log-lines.ts";
import { initReportLine, initStartLine, type Report, reportLines, type Status, startLine } from "./report.ts";
import type { Run } from "./run.ts";

/** Writes the log of one environment: the function's output and the platform's own lines. */
export interface EnvironmentLog {
  output(source: "stdout" | "stderr", line: string): void;
  initStart(): void;
  /** Reports a failed init. */
  initReport(durationMs: number, status: Status): void;
  start(invocation: Invocation): void;
  timedOut(invocation: Invocation, failure: PlatformFailure): void;
  report(run: Run, outcome: Outcome, status: Status, facts: Pick<Report, "maxMemoryUsedMb" | "initDurationMs">): void;
}

/** Creates the log of an environment. Output belongs to the invocation that `current` returns, if any. */
export function createEnvironmentLog(
  { name: functionName, logFormat, memoryMb }: FunctionConfig,
  initializationType: InitializationType,
  environmentId: string,
  onLog: (line: LogLine) => void,
  current: () => Invocation | undefined,
): EnvironmentLog {
  return {
    output: (source, line) => write(source, line, current()),
    initStart: () => write("platform", initStartLine(logFormat, Date.now(), initializationType), undefined),
    initReport: (durationMs, status) =>
      write("platform", initReportLine(logFormat, Date.now(), durationMs, status), undefined),
    start: (invocation) => write("platform", startLine(logFormat, Date.now(), invocation), invocation),
    timedOut(invocation, { message }) {
      if (logFormat !== "Text") return;
      write("platform", `${new Date().toISOString()} ${invocation.requestId} ${message}`, invocation);
    },
    report({ invocation, startedAt }, outcome, status, facts) {
      const report: Report = {
        requestId: invocation.requestId,
        tenantId: invocation.tenantId,
        durationMs: performance.now() - startedAt,
        memorySizeMb: memoryMb,
        ...facts,
        status,
        errorType: status === "error" ? errorTypeOf(outcome.payload) : undefined,
      };
      for (const line of reportLines(logFormat, Date.now(), report)) write("platform", line, invocation);
    },
  };

  function write(source: LogLine["source"], line: string, invocation: Invocation | undefined): void {
    invocation?.tail?.push(line);
    onLog({ functionName, environmentId, timestamp: Date.now(), source, requestId: invocation?.requestId, line });
  }
}
