import { read, readText } from "@midguard/kernel/internal";
import type { PingReply, WarmFailureReason } from "../warmer/invoker.ts";
import { messageOf } from "../warmer/message.ts";

/** Names of the API's errors, as the SDK has them. */
const reasons: Readonly<Record<string, WarmFailureReason>> = {
  ResourceNotFoundException: "not-found",
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  EC2ThrottledException: "throttled",
  AccessDeniedException: "access-denied",
  UnrecognizedClientException: "access-denied",
  InvalidSignatureException: "access-denied",
  ExpiredTokenException: "access-denied",
  CredentialsProviderError: "access-denied",
};

/** Whether a connection broke before an answer came: idle ones are closed while a process is frozen. */
export function isBroken(error: unknown): boolean {
  const isReset = ["ECONNRESET", "EPIPE"].includes(readText(error, "code"));
  return isReset || readText(error, "message").includes("socket hang up");
}

/** What an error of the Lambda API says about a ping. */
export function failureOf(error: unknown): PingReply {
  const name = readText(error, "name");
  const status = Number(read(error, "$metadata", "httpStatusCode"));
  // A status of 400 to 499 is Lambda's own refusal of this call, whatever its name.
  const reason = reasons[name] ?? (status >= 400 && status < 500 ? "rejected" : "unreachable");
  return { kind: "failed", reason, message: name === "" ? messageOf(error) : `${name}: ${messageOf(error)}` };
}

/** What the answer of a function that failed says, as the runtime or Lambda itself wrote it. */
export function functionFailureOf(answer: unknown): PingReply {
  const type = readText(answer, "errorType");
  const text = readText(answer, "errorMessage");
  const timedOut = type === "Sandbox.Timedout" || /\bTask timed out after [\d.]+ seconds\b/.test(text);
  const message = messageOf([type, text].filter((part) => part !== "").join(": ") || "the function failed");
  return { kind: "failed", reason: timedOut ? "timed-out" : "function-error", message };
}
