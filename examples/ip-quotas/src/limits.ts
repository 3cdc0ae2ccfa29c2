import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { quota, type RateLimiterOptions, type RateLimitStore, slidingWindow } from "@midguard/rate-limit";
import { dynamoDbStore } from "@midguard/rate-limit/dynamodb";

const { LIMITS_TABLE, STORE_TIMEOUT_MS = "250" } = process.env;
const { PER_SECOND = "10", PER_DAY = "1000", PER_MONTH = "20000", KEY_PER_DAY = "200" } = process.env;

/** One store for all limiters: their names keep the keys apart. Without a table, each environment counts for itself. */
const store: RateLimitStore | undefined = LIMITS_TABLE
  ? dynamoDbStore({ client: new DynamoDBClient(), tableName: LIMITS_TABLE })
  : undefined;
const shared = { store, storeTimeoutMs: Number(STORE_TIMEOUT_MS) };

/** Limits of an address. Exported as `limiter`, so that `midguard limit peek <address> --config src/limits.ts` finds it. */
export const limiter: RateLimiterOptions = {
  name: "address",
  ...shared,
  limits: [slidingWindow(Number(PER_SECOND), "1s"), quota(Number(PER_DAY), "day"), quota(Number(PER_MONTH), "month")],
};

/** Stricter limits of an API key, which count beside those of the address. */
export const apiKeyLimiter: RateLimiterOptions = {
  name: "api-key",
  ...shared,
  limits: [slidingWindow(2, "1s"), quota(Number(KEY_PER_DAY), "day")],
};

/** Failed logins from an address. */
export const loginLimiter: RateLimiterOptions = {
  name: "login",
  ...shared,
  limits: [slidingWindow(5, "15m"), quota(20, "day")],
};
