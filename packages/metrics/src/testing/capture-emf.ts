import { isEmf } from "./source.ts";

/** Captures lines until it is stopped. */
export interface EmfCapture {
  /** The lines of EMF so far, in order, without line breaks. More are added as they are written. */
  readonly lines: string[];
  /** Ends the capture. A second call does nothing. */
  stop(): void;
}

/** What a call wrote and returned. */
export interface CapturedEmf<T> {
  /** The lines of EMF, in order, without line breaks. */
  readonly lines: readonly string[];
  readonly result: T;
}

type Write = typeof process.stdout.write;

/**
 * Takes the lines of EMF out of what is written to `process.stdout`, until `stop()`. Everything else is still written.
 * Metrics of `metrics()` and of Powertools go there; `console.log` does not, because test runners replace it.
 *
 * @example
 * let capture: EmfCapture;
 * beforeEach(() => {
 *   capture = startEmfCapture();
 * });
 * afterEach(() => capture.stop());
 */
export function startEmfCapture(): EmfCapture {
  const { stdout } = process;
  const write = stdout.write;
  const lines: string[] = [];
  let isStopped = false;

  function capture(...args: Parameters<Write>): boolean {
    const [chunk] = args;
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    // Whoever replaced `write` later may put this function back after the end.
    if (isStopped || !isEmf(text)) return write.apply(stdout, args);
    const written = text.split(/\r?\n/);
    lines.push(...written.filter(isEmf));
    const rest = written.filter((line) => !isEmf(line)).join("\n");
    if (rest !== "") write.call(stdout, rest);
    const done: unknown = args.findLast((arg) => typeof arg === "function");
    if (typeof done === "function") process.nextTick(done as () => void, null);
    return true;
  }

  stdout.write = capture as Write;
  return {
    lines,
    stop() {
      isStopped = true;
      if (stdout.write === capture) stdout.write = write;
    },
  };
}

/**
 * Captures the lines of EMF that are written to `process.stdout` during a call. If the call throws, so does this.
 *
 * @example
 * const { lines, result } = await captureEmf(() => handler(event, context));
 */
export async function captureEmf<T>(call: () => T | PromiseLike<T>): Promise<CapturedEmf<T>> {
  const { lines, stop } = startEmfCapture();
  try {
    return { result: await call(), lines };
  } finally {
    stop();
  }
}
