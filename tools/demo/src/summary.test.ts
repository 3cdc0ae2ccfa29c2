import { describe, expect, test } from "vitest";
import { percentile, summarise, total } from "./summary.ts";
import { recordedFacts } from "./testing/recorded-facts.ts";

describe("summarise", () => {
  test("counts what was observed", () => {
    expect(summarise(recordedFacts())).toEqual({
      requests: 15,
      statusCounts: { 200: 3, 201: 4, 400: 1, 429: 2, 502: 3, 503: 2 },
      throttled: 2,
      throttledByClient: { "198.51.100.66": 2 },
      retries: 2,
      circuitOpened: 1,
      circuitClosed: 1,
      warmupPings: 2,
      coldStarts: 3,
      emfLines: 22,
      invalidLines: 0,
      latencyMs: { p50: 5, p99: 700 },
      circuitReopened: 0,
      circuitEnvironments: 1,
      environments: 3,
      rescued: 1,
      coldStartsInRequests: 1,
      durationMs: 16_000,
    });
  });

  test("returns zeros if nothing was observed", () => {
    const empty = Object.fromEntries(Object.keys(recordedFacts()).map((key) => [key, []]));
    const { statusCounts, throttledByClient, latencyMs, ...counts } = summarise(empty as never);
    expect(statusCounts).toEqual({});
    expect(throttledByClient).toEqual({});
    expect(latencyMs).toEqual({ p50: 0, p99: 0 });
    expect(new Set(Object.values(counts))).toEqual(new Set([0]));
  });
});

test("a percentile is the smallest value that at least this share does not exceed", () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  expect(percentile(values, 0.5)).toBe(5);
  expect(percentile(values, 0.99)).toBe(10);
  expect(percentile([7], 0.5)).toBe(7);
});

test("a total ignores lines without the metric", () => {
  expect(total(recordedFacts().emf, "CircuitRejected")).toBe(2);
});
