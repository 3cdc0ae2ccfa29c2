import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import { build } from "esbuild";
import { bundleOptions } from "../bundle.ts";

/** The request header with a client's address. The front removes it, so that the function's event is as on AWS. */
const addressHeader = "x-client-address";

/** The function, deployed on this machine behind an HTTP API. */
export interface Deployment extends AsyncDisposable {
  /** Sends a request from an address. */
  send(line: string, from: string, init?: RequestInit): Promise<Response>;
  /** How many requests each of its environments has answered. */
  served(): readonly number[];
  /** The lines that it has logged. */
  log(): readonly string[];
}

/** Bundles the function as for AWS, and deploys it with these environment variables. */
export async function deploy(environment: Readonly<Record<string, string>>): Promise<Deployment> {
  const taskRoot = await mkdtemp(join(tmpdir(), "ip-quotas-"));
  const functionName = "ip-quotas";
  await build({ ...bundleOptions, outfile: join(taskRoot, "handler.mjs"), logLevel: "silent" });
  const lambda = await startLocalLambda({
    // DynamoDB Local of this repository keeps its tables in this region.
    region: "eu-west-1",
    // Generous, because a cold start is slow on a busy machine.
    functions: {
      [functionName]: { handler: "handler.handler", taskRoot, environment, timeoutMs: 10_000, initTimeoutMs: 30_000 },
    },
  });
  const routes = ["GET /price", "POST /login"];
  const front = await startHttpFront({ lambda, functionName, routes, sourceIpHeader: addressHeader });
  return {
    send(line, from, init = {}) {
      const [method = "", path = ""] = line.split(" ");
      const headers = { ...(init.headers as Record<string, string>), [addressHeader]: from };
      return fetch(front.url + path, { ...init, method, headers });
    },
    served: () => lambda.environments(functionName).map(({ invocations }) => invocations),
    log: () => lambda.logs(functionName).map(({ line }) => line),
    async [Symbol.asyncDispose]() {
      await front.stop();
      await lambda.stop();
      await rm(taskRoot, { recursive: true });
    },
  };
}

/** Sends `count` requests, two at any time, which takes two environments. Returns how many answers had each status. */
export async function sendInPairs(count: number, send: () => Promise<Response>): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  let left = count;
  async function client(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const response = await send();
      await response.arrayBuffer();
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    }
  }
  await Promise.all([client(), client()]);
  return statuses;
}
