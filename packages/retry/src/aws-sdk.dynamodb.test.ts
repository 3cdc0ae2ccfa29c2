import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generations } from "../test-support/sdk-generations.ts";
import { retryStrategy } from "./aws-sdk.ts";
import { constant, createRetry, retryReport } from "./index.ts";

describe.runIf(hasDynamoDbLocal())("a client of DynamoDB Local", () => {
  let local: DynamoDbLocal;
  beforeAll(async () => {
    local = await startDynamoDbLocal();
  }, 60_000);
  afterAll(() => local.stop());

  test.each(generations)(
    "works with the strategy while the service does, and again after an outage: retry rules $rules",
    async ({ dynamoDb }) => {
      const policy = createRetry({ name: "table", maxRetries: 200, backoff: constant(250), budget: false });
      const hasty = createRetry({ name: "hasty", backoff: constant(0), budget: false });
      const clientOf = (retry: typeof policy) =>
        new dynamoDb.DynamoDBClient({
          endpoint: local.endpoint,
          region: "eu-west-1",
          credentials: { accessKeyId: "local", secretAccessKey: "local" },
          retryStrategy: retryStrategy(retry),
        });
      const [client, impatient] = [clientOf(policy), clientOf(hasty)];
      const createUsers = async (): Promise<void> => {
        await client.send(
          new dynamoDb.CreateTableCommand({
            TableName: "users",
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          }),
        );
        await dynamoDb.waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: "users" });
      };
      try {
        await createUsers();
        for (const id of ["a", "b", "c"]) {
          await client.send(new dynamoDb.PutItemCommand({ TableName: "users", Item: { id: { S: id } } }));
        }
        const ids: unknown[] = [];
        for await (const { Items = [] } of dynamoDb.paginateScan({ client, pageSize: 1 }, { TableName: "users" })) {
          ids.push(...Items.map(({ id }) => id?.S));
        }
        expect(ids.sort()).toEqual(["a", "b", "c"]);

        await local.kill();
        const error: unknown = await impatient.send(new dynamoDb.ListTablesCommand({})).catch((reason) => reason);
        expect(error).toMatchObject({ code: "ECONNREFUSED", $metadata: { attempts: 4 } });
        expect(retryReport(error)).toMatchObject({ attempts: 4, reason: "max-retries" });
        const listed = client.send(new dynamoDb.ListTablesCommand({}));
        await local.restart();
        expect((await listed).$metadata.attempts).toBeGreaterThan(1);
      } finally {
        client.destroy();
        impatient.destroy();
      }
    },
    120_000,
  );
});
