import { errorTypeOf } from "./failure.ts";
import type { FunctionConfig } from "./function-config.ts";
import type { Invocation, Outcome } from "./invocation.ts";
import { reportLines, type Status } from "./report.ts";

/** An invocation that was handed over and is not reported yet. */
export interface Run {
  readonly invocation: Invocation;
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
  /** Of a streamed response that nobody reads as it comes. */
  readonly chunks: Buffer[];
  outcome: Outcome | undefined;
}

/** The lines that report how a run ended. */
export function runReport(
  { invocation, startedAt }: Run,
  outcome: Outcome,
  status: Status,
  { logFormat, memoryMb }: FunctionConfig,
  facts: { readonly maxMemoryUsedMb: number; readonly initDurationMs: number | undefined },
): string[] {
  return reportLines(logFormat, Date.now(), {
    requestId: invocation.requestId,
    durationMs: performance.now() - startedAt,
    memorySizeMb: memoryMb,
    ...facts,
    status,
    errorType: status === "error" ? errorTypeOf(outcome.payload) : undefined,
  });
}
