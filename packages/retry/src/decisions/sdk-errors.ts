import { isAbort, isOwnRejection, read } from "@midguard/kernel/internal";

/** What the AWS SDK reports to a retry strategy about a failed attempt. */
export interface SdkFailure {
  readonly error?: unknown;
  /** The SDK's class of the error: `THROTTLING`, `TRANSIENT`, `SERVER_ERROR` or `CLIENT_ERROR`. */
  readonly errorType: string;
}

// Beside the error, not on it: it may be frozen.
const givenUp = new WeakSet<object>();

/** Remembers that our retry strategy gave up with this error, so that no policy around the call retries it. */
export function markGivenUp(error: unknown): void {
  if (Object(error) === error) givenUp.add(error as object);
}

/** Whether an error comes from a call that the AWS SDK has retried, or that our retry strategy gave up. */
function wasRetriedBySdk(error: unknown): boolean {
  const attempts = read(error, "$metadata", "attempts");
  return (typeof attempts === "number" && attempts > 1) || givenUp.has(error as object);
}

/** Whether the SDK has corrected its clock by the failed response: it signs the next request by the server's clock. */
export function isClockCorrected(error: unknown): boolean {
  return read(error, "$metadata", "clockSkewCorrected") === true;
}

/** Whether no retry may follow: after a rejection by Midguard, an abort, or an error that was retried already. */
export function isFinal(error: unknown): boolean {
  return isOwnRejection(error) || isAbort(error) || wasRetriedBySdk(error);
}

/** The SDK's rule: retry what it calls throttling or transient, or what is marked `$retryable`. */
export function isRetryableForSdk({ error, errorType }: SdkFailure): boolean {
  if (isFinal(error)) return false;
  return errorType === "THROTTLING" || errorType === "TRANSIENT" || read(error, "$retryable") !== undefined;
}
