import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import { build } from "esbuild";
import { bundleOptions } from "../bundle.ts";
import { type PartsServer, startPartsServer } from "./parts-server.ts";

/** A page as a client gets it. */
export interface Answer {
  readonly status: number;
  readonly missing: readonly string[];
  readonly parts: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

/** The function, deployed on this machine, and the services that it asks. */
export interface Deployment extends AsyncDisposable {
  readonly services: PartsServer;
  get(product: string): Promise<Answer>;
}

/** The function's timeout on AWS. */
const awsTimeoutMs = 3_000;

/** Bundles the function as for AWS, and deploys it beside its services. */
export async function deploy(timeoutMs: number = awsTimeoutMs): Promise<Deployment> {
  const taskRoot = await mkdtemp(join(tmpdir(), "fan-out-"));
  await build({ ...bundleOptions, outfile: join(taskRoot, "handler.mjs"), logLevel: "silent" });
  const services = await startPartsServer();
  const functionName = "pages";
  const environment = { PARTS_URL: services.url };
  const lambda = await startLocalLambda({
    functions: {
      [functionName]: { handler: "handler.handler", taskRoot, environment, timeoutMs, initTimeoutMs: 30_000 },
    },
  });
  const front = await startHttpFront({ lambda, functionName, routes: ["GET /products/{id}"] });
  return {
    services,
    async get(product) {
      const startedAt = performance.now();
      const response = await fetch(`${front.url}/products/${product}`);
      const { parts = {}, missing = [] } = (await response.json()) as Partial<Answer>;
      return { status: response.status, parts, missing, ms: performance.now() - startedAt };
    },
    async [Symbol.asyncDispose]() {
      await front.stop();
      await lambda.stop();
      await services[Symbol.asyncDispose]();
      await rm(taskRoot, { recursive: true });
    },
  };
}
