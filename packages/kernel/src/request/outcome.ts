import { read } from "../foreign.ts";
import { statusOf } from "../status.ts";

/** How a request ended. */
export interface RequestOutcome {
  /** The status that the client gets, if it is known: that of the response, or a 4xx or 5xx of the error. */
  readonly statusCode: number | undefined;
  /** The response; absent if there is none. */
  readonly response?: unknown;
  /** The error that the request failed with; absent if it succeeded. */
  readonly error?: unknown;
}

function responseStatus(response: unknown): number | undefined {
  return statusOf(read(response, "statusCode") ?? read(response, "status"));
}

/** No success or redirect: an error is never answered with one. */
function errorStatus(error: unknown): number | undefined {
  const status = statusOf(read(error, "statusCode"));
  return status !== undefined && status >= 400 ? status : undefined;
}

/**
 * The outcome of a request, from what Middy knows when it ends. Leave `error` out if the request succeeded: an `error`
 * of `undefined` is one too, because anything can be thrown.
 */
export function requestOutcome(ended: { readonly response?: unknown; readonly error?: unknown }): RequestOutcome {
  const { response, error } = ended;
  return {
    statusCode: responseStatus(response) ?? errorStatus(error),
    ...(response !== undefined && response !== null && { response }),
    ...("error" in ended && { error }),
  };
}
