import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { tracer } from "../observability.ts";
import type { User, UserStore } from "./user.ts";

// Without timeouts the SDK waits forever. Its default of three attempts then ends within the function's timeout.
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

/** Stores users in a DynamoDB table with the partition key `id`. */
export function dynamoDbStore(tableName: string): UserStore {
  const client = DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient({ requestHandler })));
  const TableName = tableName;

  async function get(id: string): Promise<User | undefined> {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
    return Item as User | undefined;
  }

  return {
    get,
    async list(limit, after) {
      const from = after === undefined ? {} : { ExclusiveStartKey: { id: after } };
      const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName, Limit: limit, ...from }));
      return { users: Items as User[], lastKey: LastEvaluatedKey?.id as string | undefined };
    },
    async create(user) {
      try {
        await client.send(new PutCommand({ TableName, Item: user, ConditionExpression: "attribute_not_exists(id)" }));
        return user;
      } catch (error) {
        // A repetition by the client, or by the SDK after a lost answer: return the user that exists.
        const existing = error instanceof ConditionalCheckFailedException ? await get(user.id) : undefined;
        if (existing === undefined) throw error;
        return existing;
      }
    },
  };
}
