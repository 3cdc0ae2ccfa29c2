import { randomBytes } from "node:crypto";

/** The result of an invocation, in the terms of Lambda's Invoke. */
export interface InvokeResult {
  readonly requestId: string;
  readonly executedVersion: string;
  /** `"Unhandled"` if the function threw, timed out or ended its process; `payload` is then the error document. */
  readonly functionError: string | undefined;
  readonly payload: Buffer;
  /** The last 4 KB of the invocation's log, if `logTail` was set. */
  readonly logTail: string | undefined;
}

/** An accepted invocation on its way through the scheduler and an environment. */
export interface Invocation {
  readonly requestId: string;
  readonly version: string;
  /** The ARN of the call, with its qualifier. */
  readonly invokedArn: string;
  readonly payload: Buffer;
  readonly traceId: string;
  readonly clientContext: string | undefined;
  /** Only with tenant isolation. */
  readonly tenantId: string | undefined;
  /** Collects the log lines; the result then waits for the REPORT line. */
  readonly tail: string[] | undefined;
  /** Receives the chunks of a streamed response. */
  readonly onChunk: ((chunk: Buffer) => void) | undefined;
  /** Called exactly once. */
  readonly settle: (outcome: Outcome) => void;
}

/** How an invocation ended. If it failed, `payload` is an error document. */
export interface Outcome {
  readonly failed: boolean;
  readonly payload: Buffer;
}

/** Creates an X-Ray header with a new trace ID, not sampled. */
export function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}
