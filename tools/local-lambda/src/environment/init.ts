/** The first phase of an environment, from the start of its process to the runtime's first `next`. */
export interface Init {
  readonly done: boolean;
  /** The error document that the runtime sent, if any. */
  readonly error: Buffer | undefined;
  /** The process starts. */
  begin(): void;
  /** The runtime has asked for work. Only the first call counts. */
  complete(): void;
  fail(error: Buffer): void;
  elapsedMs(): number;
  /** Returns the duration once, for the first REPORT; `undefined` from then on. */
  takeDurationMs(): number | undefined;
  /** Stops the timeout. */
  cancel(): void;
}

/** Starts the timeout of an init at once. */
export function createInit(timeoutMs: number, onTimeout: () => void): Init {
  const timer = setTimeout(onTimeout, timeoutMs);
  let startedAt = 0;
  let durationMs: number | undefined;
  let reported = false;
  let error: Buffer | undefined;

  return {
    get done() {
      return durationMs !== undefined;
    },
    get error() {
      return error;
    },
    begin() {
      startedAt = performance.now();
    },
    complete() {
      durationMs ??= performance.now() - startedAt;
      clearTimeout(timer);
    },
    fail(document) {
      error = document;
    },
    elapsedMs: () => performance.now() - startedAt,
    takeDurationMs() {
      const first = !reported;
      reported = true;
      return first ? durationMs : undefined;
    },
    cancel: () => clearTimeout(timer),
  };
}
