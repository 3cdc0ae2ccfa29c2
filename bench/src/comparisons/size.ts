import type { Comparison, Series } from "../comparison.ts";
import { gzipBytes } from "../processes/bundle.ts";

const families = ["circuit-breaker", "metrics", "rate-limit", "retry", "warmup"];

/** What a user imports for a job, by contestant. */
const jobs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  retry: {
    midguard: 'export { createRetry } from "@midguard/retry"',
    "cockatiel 4.0.0": 'export { retry, handleAll, ExponentialBackoff } from "cockatiel"',
    "p-retry 9.0.0": 'export { default } from "p-retry"',
  },
  "circuit breaker": {
    midguard: 'export { createCircuitBreaker } from "@midguard/circuit-breaker"',
    "cockatiel 4.0.0": 'export { circuitBreaker, handleAll, SamplingBreaker } from "cockatiel"',
    "opossum 10.0.0": 'export { default } from "opossum"',
  },
  "retry and circuit breaker": {
    midguard:
      'export { createRetry } from "@midguard/retry"; export { createCircuitBreaker } from "@midguard/circuit-breaker"',
    "cockatiel 4.0.0":
      'export { circuitBreaker, handleAll, SamplingBreaker, retry, ExponentialBackoff, wrap } from "cockatiel"',
    "p-retry 9.0.0 + opossum 10.0.0": 'export { default as pRetry } from "p-retry"; export { default } from "opossum"',
  },
  "rate limiter in memory": {
    midguard: 'export { createRateLimiter, slidingWindow } from "@midguard/rate-limit"',
    "rate-limiter-flexible 11.4.0": 'export { RateLimiterMemory } from "rate-limiter-flexible"',
    "express-rate-limit 8.7.5": 'export { rateLimit } from "express-rate-limit"',
  },
  "warm-up": {
    midguard: 'export { warmup } from "@midguard/warmup"',
    "@middy/warmup 7.7.0": 'export { default } from "@middy/warmup"',
    "lambda-warmer 2.3.0": 'export { default } from "lambda-warmer"',
  },
  metrics: {
    midguard: 'export { metrics } from "@midguard/metrics"',
    "aws-embedded-metrics 4.2.1": 'export { createMetricsLogger, Unit } from "aws-embedded-metrics"',
  },
  "all five packages with kernel": {
    midguard: families.map((name) => `export * from "@midguard/${name}"`).join(";"),
  },
};

export const size: Comparison = {
  name: "size",
  title: "What is added to a bundle: minified by esbuild, zipped by gzip",
  processes: 1,
  async run() {
    const all: Series[] = [];
    for (const [job, sources] of Object.entries(jobs)) {
      for (const [contestant, source] of Object.entries(sources)) {
        all.push({ job, contestant, unit: "bytes", samples: [await gzipBytes(source)] });
      }
    }
    return all;
  },
};
