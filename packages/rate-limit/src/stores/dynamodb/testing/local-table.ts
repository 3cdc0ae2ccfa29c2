import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe } from "vitest";
import type { RateLimitStore } from "../../../store/store.ts";
import { dynamoDbStore } from "../dynamodb-store.ts";
import { resolveStoreOptions } from "../options.ts";
import { createTableStore } from "../table-store.ts";

/** Every test file has a server of its own, and tests use keys of their own. */
export const tableName = "limits";

/** Requests that a client sent, by operation, and the write units that they took. */
export interface Meter {
  readonly requests: Record<string, number>;
  units: number;
}

/** A table on DynamoDB Local, for the tests of one file. */
export interface LocalTable {
  readonly local: DynamoDbLocal;
  readonly client: DynamoDBClient;
  /** A client of its own for each test that changes it. */
  newClient(endpoint?: string): DynamoDBClient;
  /** A store that is called for every request. */
  newStore(client?: DynamoDBClient): RateLimitStore;
  /** A store as users have it, which remembers blocked keys. */
  newWholeStore(): RateLimitStore;
}

const credentials = { accessKeyId: "local", secretAccessKey: "local" };

/** Counts what a client sends from now on. */
export function meter(client: DynamoDBClient): Meter {
  const counted: Meter = { requests: {}, units: 0 };
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "TOTAL" });
        counted.requests[commandName] = (counted.requests[commandName] ?? 0) + 1;
        return next(args).then(
          (result) => {
            const { ConsumedCapacity } = result.output as { ConsumedCapacity?: { CapacityUnits?: number } };
            counted.units += ConsumedCapacity?.CapacityUnits ?? 0;
            return result;
          },
          (error: unknown) => {
            // A refused write is billed too, but the error does not report it.
            counted.units += 1;
            throw error;
          },
        );
      },
    { step: "initialize", name: "meter" },
  );
  return counted;
}

/** Describes tests that need a table; they are skipped where DynamoDB Local cannot run. */
export function describeWithTable(name: string, tests: (table: LocalTable) => void): void {
  describe.runIf(hasDynamoDbLocal())(name, () => {
    let server: DynamoDbLocal | undefined;
    const clients: DynamoDBClient[] = [];
    const local = () => server as DynamoDbLocal;

    function newClient(endpoint = local().endpoint): DynamoDBClient {
      const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
      clients.push(client);
      return client;
    }

    beforeAll(async () => {
      server = await startDynamoDbLocal();
      await server.createTable(tableName);
      newClient();
    }, 60_000);

    afterAll(async () => {
      for (const client of clients) client.destroy();
      await server?.stop();
    });

    tests({
      get local() {
        return local();
      },
      get client() {
        return clients[0] as DynamoDBClient;
      },
      newClient,
      newStore: (client = clients[0] as DynamoDBClient) => createTableStore(resolveStoreOptions({ client, tableName })),
      newWholeStore: () => dynamoDbStore({ client: clients[0] as DynamoDBClient, tableName }),
    });
  });
}
