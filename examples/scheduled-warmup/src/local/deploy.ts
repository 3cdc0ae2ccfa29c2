import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type LocalFunction, type LocalLambda, startLocalLambda } from "@midguard/local-lambda";
import { type DynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import type { WarmReport, WarmTarget } from "@midguard/warmup/warmer";
import { build } from "esbuild";
import type { Event, Result } from "../api.ts";
import { bundleOptions } from "../bundle.ts";
import { type PriceService, startPriceService } from "./price-service.ts";
import { recordedGet } from "./recorded.ts";
import { startSecretsExtension } from "./secrets-extension.ts";

/** DynamoDB Local keeps the tables of each region apart. */
const region = "eu-west-1";
const token = "a token that only the functions and their clients know";

/** Each function's request, as it was recorded. */
export const recorded = {
  products: recordedGet("GET /products/{id}", "/products/7", "7"),
  orders: recordedGet("GET /orders/{id}", "/orders/42", "42"),
} as const;

export type FunctionName = keyof typeof recorded;

/** A request, and how long it took. */
interface Timed {
  readonly result: Result;
  readonly ms: number;
}

/** The functions and the warmer, deployed on this machine with what they need. */
export interface Deployment extends AsyncDisposable {
  readonly lambda: LocalLambda;
  readonly prices: PriceService;
  /** Invokes the warmer as its schedule does. */
  warm(targets: readonly WarmTarget[]): Promise<WarmReport>;
  /** Sends a client's request to one of the copies of a function. */
  request(name: FunctionName, copy: string, changes?: Partial<Event>): Promise<Timed>;
  item(id: string): Promise<Record<string, unknown> | undefined>;
}

/** Where a table is. */
function settings(dynamoDb: DynamoDbLocal) {
  return { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint, TABLE_NAME: "shop" };
}

async function fillTable(dynamoDb: DynamoDbLocal): Promise<DynamoDBDocumentClient> {
  await dynamoDb.createTable("shop");
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const { endpoint } = dynamoDb;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  for (const Item of [
    { id: "7", name: "teapot" },
    { id: "42", articles: ["7"] },
  ]) {
    await client.send(new PutCommand({ TableName: "shop", Item }));
  }
  return client;
}

function startFunctions(
  copies: readonly string[],
  taskRoot: string,
  environment: Readonly<Record<string, string>>,
): Promise<LocalLambda> {
  const aFunction = (name: FunctionName): LocalFunction => ({
    handler: `${name}.handler`,
    taskRoot,
    environment,
    // Generous, because a cold start is slow on a busy machine.
    timeoutMs: 20_000,
    initTimeoutMs: 30_000,
  });
  const names = Object.keys(recorded) as FunctionName[];
  const functions = names.flatMap((name) => copies.map((copy) => [`${name}-${copy}`, aFunction(name)] as const));
  return startLocalLambda({ region, functions: Object.fromEntries(functions) });
}

/** The warmer calls the other functions' Lambda, so it runs in one of its own. */
function startWarmer(taskRoot: string, { endpoint }: LocalLambda): Promise<LocalLambda> {
  const environment = { AWS_ENDPOINT_URL_LAMBDA: endpoint };
  const warmer = { handler: "warmer.handler", taskRoot, environment, timeoutMs: 60_000, initTimeoutMs: 30_000 };
  return startLocalLambda({ region, functions: { warmer } });
}

/** Deploys each function as often as `copies` names it: every copy has environments of its own. */
export async function deploy(copies: readonly string[], setUpMs = 120): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const taskRoot = await mkdtemp(join(tmpdir(), "scheduled-warmup-"));
  stack.defer(() => rm(taskRoot, { recursive: true }));
  await build({ ...bundleOptions, outdir: taskRoot, logLevel: "silent" });
  const prices = stack.use(await startPriceService(taskRoot, setUpMs));
  const secrets = stack.use(await startSecretsExtension("shop/token", token));
  const dynamoDb = await startDynamoDbLocal();
  stack.defer(() => dynamoDb.stop());
  const table = await fillTable(dynamoDb);
  stack.defer(() => table.destroy());
  const environment = {
    ...settings(dynamoDb),
    PRICES_URL: prices.url,
    NODE_EXTRA_CA_CERTS: prices.certificateFile,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(secrets.port),
    TOKEN_SECRET: "shop/token",
  };
  const lambda = stack.use(await startFunctions(copies, taskRoot, environment));
  const warmer = stack.use(await startWarmer(taskRoot, lambda));
  const owned = stack.move();

  return {
    lambda,
    prices,
    async warm(targets) {
      const { payload, functionError } = await warmer.invoke({ functionName: "warmer", payload: { targets } });
      if (functionError !== undefined) throw new Error(payload.toString());
      return JSON.parse(payload.toString()) as WarmReport;
    },
    async request(name, copy, changes = {}) {
      const event = { ...recorded[name], ...changes };
      const headers = { authorization: `Bearer ${token}`, ...event.headers };
      const startedAt = performance.now();
      const { payload } = await lambda.invoke({ functionName: `${name}-${copy}`, payload: { ...event, headers } });
      return { result: JSON.parse(payload.toString()) as Result, ms: performance.now() - startedAt };
    },
    async item(id) {
      return (await table.send(new GetCommand({ TableName: "shop", Key: { id } }))).Item;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
