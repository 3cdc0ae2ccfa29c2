import { afterEach, beforeEach, expect, vi } from "vitest";
import { metrics } from "../src/index.ts";
import { type EmfCapture, startEmfCapture, validateEmf } from "../src/testing/index.ts";

/** A parsed line. */
export type ParsedLine = Record<string, unknown> & {
  readonly _aws: { readonly CloudWatchMetrics: readonly { Namespace: string; Dimensions: string[][] }[] };
};

/** What was written to stdout in the running test. */
export interface Captured {
  /** The raw lines of EMF. */
  readonly raw: string[];
  /** All lines, parsed. */
  all(): ParsedLine[];
  /** The lines of requests. */
  requests(): ParsedLine[];
  /** The lines of events. */
  events(): ParsedLine[];
}

/**
 * Captures the EMF lines of each test in the file, and fails a test with a line that CloudWatch would refuse. Cold starts are
 * off, unless a test calls `setCold`, because no test is special for being the first.
 */
export function captureLines(): Captured {
  let capture: EmfCapture;
  // The first `metrics()` makes the state that `setCold` changes.
  metrics({ namespace: "Shop" });
  const parsed = (): ParsedLine[] => capture.lines.map((line) => JSON.parse(line));

  beforeEach(() => {
    setCold(false);
    capture = startEmfCapture();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    capture.stop();
    expect(capture.lines.flatMap((line) => validateEmf(line))).toEqual([]);
  });

  return {
    get raw() {
      return capture.lines;
    },
    all: parsed,
    requests: () => parsed().filter((line) => "Latency" in line),
    events: () => parsed().filter((line) => !("Latency" in line)),
  };
}

/** Sets whether the environment still waits for its first request. */
export function setCold(cold: boolean): void {
  const state = (globalThis as Record<symbol, { cold: boolean } | undefined>)[Symbol.for("midguard.metrics.3")];
  if (state !== undefined) state.cold = cold;
}

/** Lambda's response streaming, as AWS's runtime client puts it on the global object. */
export function stubStreaming(): { readonly chunks: Buffer[] } {
  const chunks: Buffer[] = [];
  vi.stubGlobal("awslambda", {
    streamifyResponse:
      (handler: (event: unknown, stream: NodeJS.WritableStream, context: unknown) => Promise<void>) =>
      async (event: unknown, context: unknown) => {
        const { Writable } = await import("node:stream");
        const stream = new Writable({
          write(chunk, _encoding, done) {
            chunks.push(Buffer.from(chunk));
            done();
          },
        });
        await handler(event, stream, context);
      },
    HttpResponseStream: { from: (stream: NodeJS.WritableStream) => stream },
  });
  return { chunks };
}
