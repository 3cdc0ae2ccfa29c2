import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import { type MockInstance, vi } from "vitest";

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

/** The EMF lines that were written to stdout since the spy was set. */
export function emfLines(spy: MockInstance<typeof process.stdout.write>): readonly Record<string, unknown>[] {
  return spy.mock.calls
    .map(([chunk]) => String(chunk))
    .filter((line) => line.startsWith("{") && line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Keeps stdout quiet, and what was written to it. */
export function captureStdout(): MockInstance<typeof process.stdout.write> {
  return vi.spyOn(process.stdout, "write").mockReturnValue(true);
}
