/** Two environments side by side: without a table each counts for itself, with one the count is one. */
import { midguard } from "@midguard/cli";
import { hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { deploy, sendInPairs } from "./local/deploy.ts";

const address = "203.0.113.7";
const requests = 60;
/** A small quota, so that it is used up in a second, and limits that are out of its way. */
const limits = { PER_SECOND: "1000", PER_DAY: "20", STORE_TIMEOUT_MS: "5000" };

async function measure(store: string, environment: Record<string, string>): Promise<void> {
  await using api = await deploy({ ...limits, ...environment });
  const { 200: admitted = 0, 429: rejected = 0 } = await sendInPairs(requests, () => api.send("GET /price", address));
  const served = api.served().join(" + ");
  console.log(`${store.padEnd(22)}${String(admitted).padStart(8)}${String(rejected).padStart(10)}   ${served}`);
}

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const dynamoDb = stack.adopt(await startDynamoDbLocal(), (service) => service.stop());
  await dynamoDb.createTable("limits");
  const table = { LIMITS_TABLE: "limits", AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint };

  console.log(`${requests} requests from ${address}, two at a time. The quota is ${limits.PER_DAY} a day.\n`);
  console.log("counted in            admitted  rejected   requests by environment");
  await measure("each one's memory", {});
  await measure("one DynamoDB table", table);

  console.log(`\n$ midguard limit peek ${address} --config src/limits.ts`);
  Object.assign(process.env, limits, table);
  Object.assign(process.env, { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
  const print = (text: string) => void process.stdout.write(text);
  const shell = { cwd: `${import.meta.dirname}/..`, version: "", out: print, err: print };
  await midguard(["limit", "peek", address, "--config", "src/limits.ts"], shell);
}

if (hasDynamoDbLocal()) await main();
else process.exitCode = 1;
