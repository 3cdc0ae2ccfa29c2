import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe, test } from "vitest";
import { circuitStoreContract } from "../../testing/index.ts";
import { dynamoDbCircuitStore } from "./index.ts";

const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const tableName = "circuits";

describe.runIf(hasDynamoDbLocal())("dynamoDbCircuitStore", () => {
  let local: DynamoDbLocal;
  const clients: DynamoDBClient[] = [];
  const newStore = () => {
    const client = new DynamoDBClient({ endpoint: local.endpoint, region: "eu-west-1", credentials });
    clients.push(client);
    return dynamoDbCircuitStore({ client, tableName });
  };
  beforeAll(async () => {
    local = await startDynamoDbLocal();
    await local.createTable(tableName, { sort: "circuit" });
  }, 60_000);
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await local.stop();
  });

  test.each(circuitStoreContract)("$name", ({ run }) => run({ store: newStore(), others: [newStore(), newStore()] }));
});
