import type { Comparison, Series } from "../comparison.ts";
import { names } from "../names.ts";
import { gzipBytes } from "../processes/bundle.ts";

const families = ["circuit-breaker", "metrics", "rate-limit", "retry", "warmup"];

/** Left out of the bundles, because every function with Middy or the AWS SDK has them already. */
const middyAndSdk = ["@middy/core", "@aws-sdk/*"];
/** Ours writes its line through Powertools Metrics, which the other one does not need. */
const metrics = "metrics, Powertools Metrics included";

/** The imports for a job, by contestant. */
const jobs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  retry: {
    [names.us]: 'export { createRetry } from "@midguard/retry"',
    [names.cockatiel]: 'export { retry, handleAll, ExponentialBackoff } from "cockatiel"',
    [names.pRetry]: 'export { default } from "p-retry"',
  },
  "circuit breaker": {
    [names.us]: 'export { createCircuitBreaker } from "@midguard/circuit-breaker"',
    [names.cockatiel]: 'export { circuitBreaker, handleAll, SamplingBreaker } from "cockatiel"',
    [names.opossum]: 'export { default } from "opossum"',
  },
  "retry and circuit breaker": {
    [names.us]:
      'export { createRetry } from "@midguard/retry"; export { createCircuitBreaker } from "@midguard/circuit-breaker"',
    [names.cockatiel]:
      'export { circuitBreaker, handleAll, SamplingBreaker, retry, ExponentialBackoff, wrap } from "cockatiel"',
    [`${names.pRetry} + ${names.opossum}`]:
      'export { default as pRetry } from "p-retry"; export { default } from "opossum"',
  },
  "rate limiter in memory": {
    [names.us]: 'export { createRateLimiter, slidingWindow } from "@midguard/rate-limit"',
    [names.flexible]: 'export { RateLimiterMemory } from "rate-limiter-flexible"',
    [names.express]: 'export { rateLimit } from "express-rate-limit"',
  },
  "warm-up": {
    [names.us]: 'export { warmup } from "@midguard/warmup"',
    [names.middyWarmup]: 'export { default } from "@middy/warmup"',
    [names.lambdaWarmer]: 'export { default } from "lambda-warmer"',
  },
  [metrics]: {
    [names.us]: 'export { metrics } from "@midguard/metrics"',
    [names.embedded]: 'export { createMetricsLogger, Unit } from "aws-embedded-metrics"',
  },
  "all five packages with kernel": {
    [names.us]: families.map((name) => `export * from "@midguard/${name}"`).join(";"),
  },
};

export const size: Comparison = {
  name: "size",
  title: "What is added to a bundle: minified by esbuild, zipped by gzip",
  processes: 1,
  async run() {
    const all: Series[] = [];
    for (const [job, sources] of Object.entries(jobs)) {
      const external = job === metrics ? middyAndSdk : [...middyAndSdk, "@aws-lambda-powertools/*"];
      for (const [contestant, source] of Object.entries(sources)) {
        all.push({ job, contestant, unit: "bytes", samples: [await gzipBytes(source, external)] });
      }
    }
    return all;
  },
};
