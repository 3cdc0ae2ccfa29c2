import type { RetryStopReason } from "@midguard/kernel";
import { type Answer, answerWith, read } from "@midguard/kernel/internal";
import { retryReport } from "./engine/report.ts";

const tooLate: Answer = {
  statusCode: 504,
  headers: {},
  problem: { title: "Gateway Timeout" },
  message: "A service that this request needs did not answer in time",
};
const failed: Answer = {
  statusCode: 502,
  headers: {},
  problem: { title: "Bad Gateway" },
  message: "A service that this request needs has failed",
};

/** The other reasons are no sign that a dependency is down. */
const exhausted: readonly (RetryStopReason | undefined)[] = [
  "max-retries",
  "budget",
  "allowance",
  "deadline",
  "max-elapsed",
];

/** The answer to an error of a dependency, by which a request failed; `undefined` for any other error. */
function answerTo(error: unknown): Answer | undefined {
  // By code and name, because two bundled copies of a class defeat `instanceof`.
  if (read(error, "code") === "ATTEMPT_TIMEOUT" || read(error, "name") === "DeadlineExceededError") return tooLate;
  // An error of http-errors and the like, which an error handler answers with its own status.
  if (read(error, "expose") === true) return undefined;
  return exhausted.includes(retryReport(error)?.reason) ? failed : undefined;
}

/** Answers an API request that failed because a dependency did, if no other middleware has. */
export function answerFailure(request: { readonly event: unknown; readonly error: unknown; response?: unknown }): void {
  const answer = request.response === undefined ? answerTo(request.error) : undefined;
  if (answer !== undefined) answerWith(request, () => answer);
}
