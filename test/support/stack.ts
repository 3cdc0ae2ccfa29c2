import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { startEmfCapture, validateEmf } from "@midguard/metrics/testing";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import { expect, onTestFinished } from "vitest";

/** One of each middleware, made anew, and the two engines that a handler calls. */
export function makeStack({ perHour = 1 }: { perHour?: number } = {}) {
  const breaker = createCircuitBreaker({ name: "profiles" });
  const policy = createRetry({ name: "profiles", backoff: () => 0 });
  const middlewares = {
    warmup: warmup(),
    metrics: metrics({ namespace: "Test", service: "stack" }),
    rateLimit: rateLimit({ limits: slidingWindow(perHour, "1h") }),
    retry: retry(),
    circuitBreaker: circuitBreaker({ breakers: [breaker] }),
  };
  return { breaker, policy, middlewares };
}

export type MiddlewareName = keyof ReturnType<typeof makeStack>["middlewares"];
export const middlewareNames: readonly MiddlewareName[] = ["warmup", "metrics", "rateLimit", "retry", "circuitBreaker"];

/** The EMF lines that a test writes. */
export interface EmfLines {
  /** The lines since the last call, parsed. Fails the test if CloudWatch would refuse one. */
  take(): readonly Record<string, unknown>[];
}

/** Captures the EMF lines of the running test, all of which must be valid. */
export function captureEmfLines(): EmfLines {
  const { lines, stop } = startEmfCapture();
  function take(): readonly Record<string, unknown>[] {
    const taken = lines.splice(0);
    expect(taken.flatMap((line) => validateEmf(line))).toEqual([]);
    return taken.map((line) => JSON.parse(line));
  }
  onTestFinished(() => {
    stop();
    take();
  });
  return { take };
}
