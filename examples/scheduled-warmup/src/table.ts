import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";

const { TABLE_NAME: TableName = "" } = process.env;
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }));

/** The item under a key. */
export async function getItem(id: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await client.send(new GetCommand({ TableName, Key: { id } }));
  return Item;
}

/** Notes that an item was read now. */
export async function noteRead(id: string): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName,
      Key: { id },
      UpdateExpression: "SET lastReadAt = :now",
      ExpressionAttributeValues: { ":now": new Date().toISOString() },
    }),
  );
}
