import type { SdkFailure } from "./decisions/sdk-errors.ts";
import { earn } from "./engine/callbacks.ts";
import { policyOf } from "./made-policies.ts";
import type { Retry } from "./retry.ts";
import { firstAttempt, nextAttempt, type SdkAttempt } from "./sdk-attempt.ts";

export type { SdkFailure } from "./decisions/sdk-errors.ts";

/** Stands for an attempt between the AWS SDK and its retry strategy: a `RetryToken` of the SDK. */
export interface SdkRetryToken {
  /** Retries made so far: 0 for the first attempt. */
  getRetryCount(): number;
  /** Always 0: the strategy has waited before it returns the token. */
  getRetryDelay(): number;
  /** Whether the call waits at the service for work. */
  isLongPoll(): boolean;
  /** The wait before the attempt, which the SDK adds to `$metadata.totalRetryDelay`. */
  readonly $retryLog: { readonly acquisitionDelay: number };
}

/**
 * A retry strategy for clients of the AWS SDK for JavaScript v3: a `RetryStrategyV2` of the SDK, which calls its
 * methods.
 */
export interface SdkRetryStrategy {
  /** How the SDK reports the strategy to AWS. */
  readonly mode: "standard";
  /**
   * Starts a call.
   *
   * @throws DeadlineExceededError if no time is left for one attempt, or the reason of the policy's signal if that has
   * aborted.
   */
  acquireInitialRetryToken(scope?: string): Promise<SdkRetryToken>;
  /** Resolves when the next attempt may start. If none may, it rejects with the failure, which the SDK then throws. */
  refreshRetryTokenForRetry(token: SdkRetryToken, failure: SdkFailure): Promise<SdkRetryToken>;
  /** Adds to the policy's budget what a success is worth. */
  recordSuccess(token: SdkRetryToken): void;
}

interface Token extends SdkRetryToken {
  readonly attempt: SdkAttempt;
}

function tokenOf(attempt: SdkAttempt): Token {
  return {
    attempt,
    getRetryCount: () => attempt.number - 1,
    getRetryDelay: () => 0,
    isLongPoll: () => attempt.isLongPoll,
    $retryLog: { acquisitionDelay: attempt.delayMs },
  };
}

/**
 * Makes a retry strategy for clients of the AWS SDK v3: `policy` decides about each retry, by its `maxRetries`, backoff and
 * budget, the invocation's deadline and its allowance, and publishes its events. The SDK's own quota and the client's
 * `maxAttempts` are not used. One strategy serves any number of clients and calls.
 *
 * By default the SDK's rules say which errors are retried: throttling, transient errors, and signatures that were
 * refused until the SDK corrected its clock. A `retryable` of the policy replaces them; it gets errors only. The
 * strategy cannot end a request, so `attemptTimeoutMs` does not apply: set `requestTimeout` on the client.
 *
 * @example
 * const table = createRetry({ name: "table" });
 * const client = new DynamoDBClient({
 *   retryStrategy: retryStrategy(table),
 *   requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
 * });
 *
 * @throws TypeError if `policy` was not made by `createRetry`.
 */
export function retryStrategy(policy: Retry): SdkRetryStrategy {
  const options = policyOf("retryStrategy: policy", policy);
  return {
    mode: "standard",
    async acquireInitialRetryToken(scope = "") {
      return tokenOf(await firstAttempt(options, scope.includes(":longpoll")));
    },
    async refreshRetryTokenForRetry(token, failure) {
      return tokenOf(await nextAttempt((token as Token).attempt, failure));
    },
    recordSuccess() {
      earn(options);
    },
  };
}
