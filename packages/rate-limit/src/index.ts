export type { Clock, RequestOutcome } from "@midguard/kernel";
export { AccessDeniedError, type MissingKeyAnswer, RateLimitError } from "./answer/errors.ts";
export type { HeaderStyle } from "./answer/headers.ts";
export { type ClientAddressOptions, clientAddress } from "./client/client-address.ts";
export type { Key, KeyParts } from "./client/key.ts";
export { createRateLimiter, type RateLimiter } from "./limiter.ts";
// For stores of your own: the arithmetic of each kind of limit, and decisions with their receipts.
export { type Calendar, type CalendarUnit, calendarOf, type Period } from "./limits/calendar.ts";
export type { Duration } from "./limits/duration.ts";
export type { Limit } from "./limits/limit.ts";
export type { LimitBase } from "./limits/limit-base.ts";
export { type Quota, type QuotaCounts, type QuotaOptions, quota, quotaWaitMs } from "./limits/quota.ts";
export {
  type SlidingCounts,
  type SlidingWindow,
  type SlidingWindowOptions,
  slidingUsed,
  slidingWaitMs,
  slidingWindow,
} from "./limits/sliding-window.ts";
export { type StrictCounts, strictPartAt, strictParts, strictUsed, strictWaitMs } from "./limits/strict-window.ts";
export {
  type BucketCounts,
  bucketFullAtUs,
  bucketRefundUs,
  bucketUsed,
  bucketWaitMs,
  type TakenTokens,
  type TokenBucket,
  type TokenBucketOptions,
  tokenBucket,
} from "./limits/token-bucket.ts";
export { type RateLimitMiddleware, rateLimit } from "./middleware.ts";
export type { RateLimiterOptions, RateLimitOptions, RequestContext } from "./options.ts";
export type { Decision, LimitState } from "./store/decision.ts";
export { decide, type Findings, type Receipt, receiptOf } from "./store/receipt.ts";
export type { Ask, RateLimitStore, StoreRequest } from "./store/store.ts";
export { StoreTimeoutError } from "./store/store-timeout-error.ts";
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./stores/memory/memory-store.ts";
export { type LogThrottledOptions, logThrottled } from "./throttled-log.ts";
