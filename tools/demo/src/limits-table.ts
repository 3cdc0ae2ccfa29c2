import { type DynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";

/** A table for the limits of all environments. */
export interface LimitsTable {
  /** Environment variables of a function that counts in it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts DynamoDB Local with an empty table of this name. */
export async function startLimitsTable(name: string): Promise<LimitsTable> {
  const dynamoDb: DynamoDbLocal = await startDynamoDbLocal();
  await dynamoDb.createTable(name);
  return {
    // Its tables belong to this region.
    environment: { LIMITS_TABLE: name, AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint, AWS_REGION: "eu-west-1" },
    stop: dynamoDb.stop,
  };
}
