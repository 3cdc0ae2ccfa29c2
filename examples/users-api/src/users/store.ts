import { memoryStore } from "./memory-store.ts";
import type { UserStore } from "./user.ts";

async function openStore(tableName: string | undefined): Promise<UserStore> {
  if (!tableName) return memoryStore();
  // Loaded only where it is used: the AWS SDK is the larger part of this function's cold start.
  const { dynamoDbStore } = await import("./dynamodb-store.ts");
  return dynamoDbStore(tableName);
}

/** DynamoDB where `USERS_TABLE` names a table, this process's memory otherwise. */
export const users: UserStore = await openStore(process.env.USERS_TABLE);
