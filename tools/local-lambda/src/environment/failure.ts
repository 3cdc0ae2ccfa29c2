import type { Outcome } from "../invocation.ts";
import { maxResponseBytes } from "../limits.ts";
import type { Status } from "./report.ts";
import type { SandboxExit } from "./sandbox.ts";

/** A failure that the platform reports, as opposed to an error of the function's code. */
export interface PlatformFailure {
  readonly errorType: string;
  readonly message: string;
  readonly status: Status;
}

/** The outcome of an invocation that ended by a failure of the platform. */
export function failedBy(failure: PlatformFailure, requestId: string): Outcome {
  const { errorType, message } = failure;
  const document = { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` };
  return { failed: true, payload: Buffer.from(JSON.stringify(document)) };
}

/** The error document for a response over the limit. */
export const responseTooLarge: Buffer = Buffer.from(
  JSON.stringify({
    errorType: "Function.ResponseSizeTooLarge",
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
  }),
);

/** The failure of an init or an invocation that exceeded `ms`. */
export function timeout(ms: number): PlatformFailure {
  const message = `Task timed out after ${(ms / 1_000).toFixed(2)} seconds`;
  return { errorType: "Sandbox.Timedout", message, status: "timeout" };
}

/** The failure that the end of a process is for the invocations it served. */
export function exitFailure(exit: SandboxExit | undefined): PlatformFailure {
  const { code, signal, error } = exit ?? {};
  const failed = (errorType: string, message: string): PlatformFailure => ({ errorType, message, status: "error" });
  if (error) return failed("Runtime.InvalidEntrypoint", error.message);
  if (signal) return failed("Runtime.ExitError", `Runtime exited with error: signal: ${signal.slice(3).toLowerCase()}`);
  if (!code) return failed("Runtime.ExitError", "Runtime exited without providing a reason");
  return failed("Runtime.ExitError", `Runtime exited with error: exit status ${code}`);
}

/** The `errorType` of an error document, if it has one. */
export function errorTypeOf(payload: Buffer): string | undefined {
  try {
    const { errorType } = JSON.parse(payload.toString()) as { errorType?: unknown };
    return typeof errorType === "string" ? errorType : undefined;
  } catch {
    return undefined;
  }
}
