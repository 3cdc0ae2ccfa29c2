import { memoryStore } from "./memory-store.ts";
import type { UserStore } from "./user.ts";

async function openStore(tableName: string | undefined): Promise<UserStore> {
  if (!tableName) return memoryStore();
  // Loaded only if needed: the AWS SDK is the larger part of this function's cold start.
  const { dynamoDbStore } = await import("./dynamodb-store.ts");
  return dynamoDbStore(tableName);
}

/** The users: in DynamoDB if `USERS_TABLE` names a table, otherwise in the memory of this process. */
export const users: UserStore = await openStore(process.env.USERS_TABLE);
