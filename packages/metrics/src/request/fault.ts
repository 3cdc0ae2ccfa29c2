import type { RequestOutcome } from "@midguard/kernel";

/**
 * Whether a request is a fault, that is, a failure of the service: it was answered with a 5xx, or not at all, or its
 * streamed answer broke off, whatever the status that had been sent.
 */
export function isFault(outcome: RequestOutcome): boolean {
  const { statusCode } = outcome;
  if (statusCode !== undefined && statusCode >= 500) return true;
  // The key counts, not the value: `undefined` can be thrown too.
  return "error" in outcome && ("response" in outcome || statusCode === undefined);
}

/** Whether a request is an error, that is, a mistake of the client: a 4xx that is no fault. */
export function isError(outcome: RequestOutcome): boolean {
  const { statusCode } = outcome;
  return statusCode !== undefined && statusCode >= 400 && !isFault(outcome);
}
