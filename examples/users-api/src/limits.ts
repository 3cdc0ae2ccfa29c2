import { quota, type RateLimiterOptions, type RateLimitStore, slidingWindow } from "@midguard/rate-limit";

async function openStore(tableName: string | undefined): Promise<RateLimitStore | undefined> {
  if (!tableName) return undefined;
  // Loaded only if needed, as for the users.
  const [{ DynamoDBClient }, { dynamoDbStore }] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("@midguard/rate-limit/dynamodb"),
  ]);
  return dynamoDbStore({ client: new DynamoDBClient(), tableName });
}

/**
 * The limits of a client's address: counted once for all environments if `LIMITS_TABLE` names a table, otherwise in the
 * memory of this one. Such counts end with the environment, so no window is longer than an hour.
 */
export const limiter: RateLimiterOptions = {
  limits: [slidingWindow(10, "1s"), quota(1_000, "hour")],
  store: await openStore(process.env.LIMITS_TABLE),
};
