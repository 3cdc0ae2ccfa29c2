import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import { build } from "esbuild";
import { bundleOptions } from "../bundle.ts";
import { type StockService, startStockService } from "./stock-service.ts";

/** An answer, and how long it took. */
export interface Timed {
  readonly status: number;
  readonly source: string;
  readonly ms: number;
}

/** The function, deployed on this machine, and its two regions. */
export interface Deployment extends AsyncDisposable {
  readonly first: StockService;
  readonly second: StockService;
  get(id: string): Promise<Timed>;
  /** How many environments run. */
  environments(): number;
}

/** Bundles the function as for AWS, and deploys it beside two regions of the stock service. */
export async function deploy(): Promise<Deployment> {
  const taskRoot = await mkdtemp(join(tmpdir(), "two-regions-"));
  await build({ ...bundleOptions, outfile: join(taskRoot, "handler.mjs"), logLevel: "silent" });
  const [first, second] = [await startStockService(), await startStockService()];
  const functionName = "stock";
  const environment = { FIRST_URL: first.url, SECOND_URL: second.url };
  const lambda = await startLocalLambda({
    // Generous, because a cold start is slow on a busy machine.
    functions: {
      [functionName]: { handler: "handler.handler", taskRoot, environment, timeoutMs: 10_000, initTimeoutMs: 30_000 },
    },
  });
  const front = await startHttpFront({ lambda, functionName, routes: ["GET /stock/{id}"] });
  return {
    first,
    second,
    async get(id) {
      const startedAt = performance.now();
      const response = await fetch(`${front.url}/stock/${id}`);
      await response.arrayBuffer();
      const source = response.headers.get("x-source") ?? "none";
      return { status: response.status, source, ms: performance.now() - startedAt };
    },
    environments: () => lambda.environments(functionName).length,
    async [Symbol.asyncDispose]() {
      await front.stop();
      await lambda.stop();
      await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
      await rm(taskRoot, { recursive: true });
    },
  };
}

/** Sends requests for `ms`, `clients` at any time, so that as many environments serve them. */
export async function sendFor(deployment: Deployment, ms: number, clients: number): Promise<readonly Timed[]> {
  const endsAt = performance.now() + ms;
  const answers: Timed[] = [];
  async function client(): Promise<void> {
    while (performance.now() < endsAt) answers.push(await deployment.get("7"));
  }
  await Promise.all(Array.from({ length: clients }, client));
  return answers;
}
