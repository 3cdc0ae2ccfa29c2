import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Rule, read, readOptions, readText, refuse, required, text, textLike } from "@midguard/kernel/internal";
import { type RemoteStoreOptions, remoteStoreRules } from "../remote/options.ts";

/** Options of `dynamoDbStore`. */
export interface DynamoDbStoreOptions extends RemoteStoreOptions {
  /** Your client. Its retries are switched off for the store's commands alone: one that is sent again counts twice. */
  readonly client: Pick<DynamoDBClient, "config" | "send">;
  /** Name or ARN of a table with a text partition key and no sort key. */
  readonly tableName: string;
  /** Name of the partition key. @default "id" */
  readonly keyAttribute?: string | undefined;
  /** When an item expires, in epoch seconds: make it the table's TTL attribute. @default "expiresAt" */
  readonly ttlAttribute?: string | undefined;
}

/** What the table needs of them, checked and filled up. */
export interface TableStoreOptions extends Pick<DynamoDbStoreOptions, "client" | "tableName"> {
  readonly keyAttribute: string;
  readonly ttlAttribute: string;
}

/** By its service, because an instance of another copy of its class is as good. */
const clientRule: Rule<DynamoDbStoreOptions["client"]> = (name, value) => {
  const service = readText(value, "config", "serviceId");
  if (service === "DynamoDB" && typeof read(value, "send") === "function")
    return value as DynamoDbStoreOptions["client"];
  return refuse(TypeError, name, "a DynamoDBClient of @aws-sdk/client-dynamodb", service || value);
};

/** Without dots, which mark the attributes of counts. */
const attributeRule = textLike(/^[\w-]{1,255}$/, '1 to 255 letters, digits, "_" or "-"');

/** Checks the options of `dynamoDbStore`. */
export function resolveStoreOptions(options: DynamoDbStoreOptions): TableStoreOptions & RemoteStoreOptions {
  const owner = "dynamoDbStore";
  const rules = {
    client: required(clientRule),
    tableName: required(text),
    keyAttribute: attributeRule,
    ttlAttribute: attributeRule,
    ...remoteStoreRules,
  };
  const resolved = readOptions(owner, options, rules, { keyAttribute: "id", ttlAttribute: "expiresAt" });
  if (resolved.keyAttribute === resolved.ttlAttribute) {
    throw new RangeError(`${owner}: keyAttribute and ttlAttribute must differ, got "${resolved.keyAttribute}" twice`);
  }
  return resolved;
}
