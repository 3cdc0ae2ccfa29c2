/** An option that is `undefined` counts as absent, also if a user compiles with `exactOptionalPropertyTypes`. */
import type {
  CircuitBreakerOptions,
  CircuitBreakersOptions,
  RunOptions as CircuitRunOptions,
  FailureRateOptions,
  WrapOptions,
} from "@midguard/circuit-breaker";
import type { MetricsOptions } from "@midguard/metrics";
import type {
  MemoryStoreOptions,
  QuotaOptions,
  RateLimiterOptions,
  RateLimitOptions,
  SlidingWindowOptions,
  TokenBucketOptions,
} from "@midguard/rate-limit";
import type {
  DecorrelatedOptions,
  ExponentialOptions,
  RetryBudgetOptions,
  RetryMiddlewareOptions,
  RetryOptions,
  RunOptions,
} from "@midguard/retry";
import type { WarmupOptions, WarmupPing } from "@midguard/warmup";
import type { LambdaPrices, PlanOptions } from "@midguard/warmup/plan";
import { expectTypeOf, test } from "vitest";

/** The same with `undefined` in every place that may be left out. */
type Undefinable<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] };

test("every option that may be left out may be undefined", () => {
  expectTypeOf<Undefinable<CircuitBreakerOptions>>().toExtend<CircuitBreakerOptions>();
  expectTypeOf<Undefinable<CircuitBreakersOptions>>().toExtend<CircuitBreakersOptions>();
  expectTypeOf<Undefinable<WrapOptions<[]>>>().toExtend<WrapOptions<[]>>();
  expectTypeOf<Undefinable<CircuitRunOptions>>().toExtend<CircuitRunOptions>();
  expectTypeOf<Undefinable<FailureRateOptions>>().toExtend<FailureRateOptions>();
  expectTypeOf<Undefinable<MetricsOptions>>().toExtend<MetricsOptions>();
  expectTypeOf<Undefinable<MemoryStoreOptions>>().toExtend<MemoryStoreOptions>();
  expectTypeOf<Undefinable<QuotaOptions>>().toExtend<QuotaOptions>();
  expectTypeOf<Undefinable<RateLimiterOptions>>().toExtend<RateLimiterOptions>();
  expectTypeOf<Undefinable<RateLimitOptions>>().toExtend<RateLimitOptions>();
  expectTypeOf<Undefinable<SlidingWindowOptions>>().toExtend<SlidingWindowOptions>();
  expectTypeOf<Undefinable<TokenBucketOptions>>().toExtend<TokenBucketOptions>();
  expectTypeOf<Undefinable<DecorrelatedOptions>>().toExtend<DecorrelatedOptions>();
  expectTypeOf<Undefinable<ExponentialOptions>>().toExtend<ExponentialOptions>();
  expectTypeOf<Undefinable<RetryBudgetOptions>>().toExtend<RetryBudgetOptions>();
  expectTypeOf<Undefinable<RetryMiddlewareOptions>>().toExtend<RetryMiddlewareOptions>();
  expectTypeOf<Undefinable<RetryOptions>>().toExtend<RetryOptions>();
  expectTypeOf<Undefinable<RunOptions>>().toExtend<RunOptions>();
  expectTypeOf<Undefinable<PlanOptions>>().toExtend<PlanOptions>();
  expectTypeOf<Undefinable<LambdaPrices>>().toExtend<LambdaPrices>();
  expectTypeOf<Undefinable<WarmupOptions>>().toExtend<WarmupOptions>();
  expectTypeOf<Undefinable<WarmupPing>>().toExtend<WarmupPing>();
});

test("and one that may not be undefined is rejected", () => {
  expectTypeOf<Undefinable<{ may?: number }>>().not.toExtend<{ may?: number }>();
});
