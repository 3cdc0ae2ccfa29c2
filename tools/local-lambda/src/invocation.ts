import { randomBytes } from "node:crypto";

/** What a function answered, in the terms of Lambda's Invoke. */
export interface InvokeResult {
  readonly requestId: string;
  readonly executedVersion: string;
  /** `"Unhandled"` where the function threw, timed out or ended its process; then `payload` is the error document. */
  readonly functionError: string | undefined;
  readonly payload: Buffer;
  /** The last 4 KB of the invocation's log, where they were asked for. */
  readonly logTail: string | undefined;
}

/** An accepted invocation on its way through the scheduler and an environment. */
export interface Invocation {
  readonly requestId: string;
  readonly version: string;
  /** The ARN as it was called, qualifier included. */
  readonly invokedArn: string;
  readonly payload: Buffer;
  readonly traceId: string;
  readonly clientContext: string | undefined;
  /** Collects the log lines; the result then waits for the REPORT line. */
  readonly tail: string[] | undefined;
  /** Takes the body of a streamed response as it comes. */
  readonly onChunk: ((chunk: Buffer) => void) | undefined;
  /** Called exactly once. */
  readonly settle: (outcome: Outcome) => void;
}

export interface Outcome {
  readonly failed: boolean;
  readonly payload: Buffer;
}

/** An X-Ray header that samples nothing. */
export function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}
