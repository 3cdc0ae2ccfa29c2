import { createRetry } from "@midguard/retry";
import { retryStrategy, type SdkFailure, type SdkRetryStrategy, type SdkRetryToken } from "@midguard/retry/aws-sdk";
import { DynamoDBClient as DynamoDBClient2024 } from "client-dynamodb-2024";
import { DynamoDBClient as DynamoDBClient2026 } from "client-dynamodb-2026";
import { S3Client as S3Client2024 } from "client-s3-2024";
import { S3Client as S3Client2026 } from "client-s3-2026";
import { expectTypeOf, test } from "vitest";

type StrategyOf<Client extends new (config: never) => unknown> = ConstructorParameters<Client>[0] extends
  | { retryStrategy?: infer Strategy }
  | undefined
  ? Exclude<Strategy, undefined>
  : never;

test("a strategy fits the clients of the SDK, before and after its new retry rules", () => {
  const strategy = retryStrategy(createRetry());
  expectTypeOf(strategy).toEqualTypeOf<SdkRetryStrategy>();
  expectTypeOf(DynamoDBClient2024).toBeConstructibleWith({ retryStrategy: strategy });
  expectTypeOf(DynamoDBClient2026).toBeConstructibleWith({ retryStrategy: strategy });
  expectTypeOf(S3Client2024).toBeConstructibleWith({ retryStrategy: strategy });
  expectTypeOf(S3Client2026).toBeConstructibleWith({ retryStrategy: strategy });
  expectTypeOf(strategy).toExtend<StrategyOf<typeof DynamoDBClient2024>>();
  expectTypeOf(strategy).toExtend<StrategyOf<typeof DynamoDBClient2026>>();
  // @ts-expect-error: a policy is no strategy.
  new DynamoDBClient2026({ retryStrategy: createRetry() });
});

test("a strategy is made of a policy, and its parts have types", () => {
  // @ts-expect-error: options are for createRetry.
  retryStrategy({ maxRetries: 3 });
  expectTypeOf<SdkRetryStrategy["refreshRetryTokenForRetry"]>().parameters.toEqualTypeOf<
    [token: SdkRetryToken, failure: SdkFailure]
  >();
});
