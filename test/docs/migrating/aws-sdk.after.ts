import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { createRetry } from "@midguard/retry";
import { retryStrategy } from "@midguard/retry/aws-sdk";

const users = createRetry({ name: "users", maxRetries: 3 });
const client = new DynamoDBClient({
  retryStrategy: retryStrategy(users),
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
});

export async function nameOf(id: string): Promise<string | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: "users", Key: { id: { S: id } } }));
  return Item?.name?.S;
}
