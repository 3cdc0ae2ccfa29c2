/** The examples of README.md, word for word. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { quota, type RateLimiterOptions, slidingWindow } from "@midguard/rate-limit";
import { dynamoDbStore } from "@midguard/rate-limit/dynamodb";

export const limiter: RateLimiterOptions = {
  name: "api",
  limits: [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")],
  store: dynamoDbStore({ client: new DynamoDBClient(), tableName: "limits" }),
};

import { dynamoDbCircuitStore } from "@midguard/circuit-breaker/dynamodb";

export const store = dynamoDbCircuitStore({ client: new DynamoDBClient(), tableName: "circuits" });

import { midguard } from "@midguard/cli";

const shell = { cwd: process.cwd(), version: "", out: console.log, err: console.error };
export const exitCode = await midguard(["limit", "reset", "203.0.113.7", "--config", "limits.ts"], shell);

import { expectTypeOf, test } from "vitest";

test("the examples keep their types", () => {
  expectTypeOf(exitCode).toEqualTypeOf<0 | 1 | 2 | 3>();
});
