import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Rule, read, readOptions, readText, refuse, required, text } from "@midguard/kernel/internal";

/** Options of `dynamoDbCircuitStore`. */
export interface DynamoDbCircuitStoreOptions {
  /** Your client. Its retries are switched off for the store's commands alone. */
  readonly client: Pick<DynamoDBClient, "config" | "send">;
  /**
   * Name or ARN of a table with the text partition key `id` and the text sort key `circuit`. Make `expiresAt` its TTL
   * attribute.
   */
  readonly tableName: string;
}

/** By its service, because an instance of another copy of its class is as good. */
const clientRule: Rule<DynamoDbCircuitStoreOptions["client"]> = (name, value) => {
  const service = readText(value, "config", "serviceId");
  if (service === "DynamoDB" && typeof read(value, "send") === "function") {
    return value as DynamoDbCircuitStoreOptions["client"];
  }
  return refuse(TypeError, name, "a DynamoDBClient of @aws-sdk/client-dynamodb", service || value);
};

/** Checks the options of `dynamoDbCircuitStore`. */
export function resolveStoreOptions(options: DynamoDbCircuitStoreOptions): DynamoDbCircuitStoreOptions {
  return readOptions("dynamoDbCircuitStore", options, { client: required(clientRule), tableName: required(text) });
}
