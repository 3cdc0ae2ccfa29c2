import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({ maxAttempts: 4 });

export async function nameOf(id: string): Promise<string | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: "users", Key: { id: { S: id } } }));
  return Item?.name?.S;
}
