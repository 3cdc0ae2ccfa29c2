/** How a request ended. */
export interface RequestOutcome {
  /** The status that the client gets; `undefined` if there is no answer, or the event is no API request. */
  readonly statusCode: number | undefined;
  /** What the handler, or a middleware, answered. */
  readonly response?: unknown;
  /** What was thrown and not answered, or broke off a streamed response; the key is there even if `undefined` was thrown. */
  readonly error?: unknown;
}
