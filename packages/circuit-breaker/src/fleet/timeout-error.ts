/** The store did not answer in time. Breakers never reject with it: `isolate()`, `release()` and the control do. */
export class CircuitStoreTimeoutError extends Error {
  override readonly name = "CircuitStoreTimeoutError";
  readonly code = "CIRCUIT_STORE_TIMEOUT";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the store of circuits did not answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}
