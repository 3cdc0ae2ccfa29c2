/** A store did not answer in time. */
export class StoreTimeoutError extends Error {
  override readonly name = "StoreTimeoutError";
  readonly code = "RATE_LIMIT_STORE_TIMEOUT";
  /** How long the store had, in ms. */
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`The rate limit store did not answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}
