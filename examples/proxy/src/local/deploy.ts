import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpFrontOptions, startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import { build } from "esbuild";
import { bundleOptions } from "../bundle.ts";

/** How a proxy is deployed on this machine. */
interface DeployOptions extends Omit<HttpFrontOptions, "lambda" | "functionName"> {
  readonly origin: string;
  /** The module with the handler. @default "handler" */
  readonly entry?: "handler" | "streaming" | "bare";
  readonly functionTimeoutMs?: number;
  readonly attemptTimeoutMs?: number;
}

/** The proxy, deployed on this machine behind API Gateway. */
export interface Deployment extends AsyncDisposable {
  readonly url: string;
  /** The lines that it has logged. */
  log(): readonly string[];
  /** Whether no environment serves a request. */
  isIdle(): boolean;
}

/** Bundles the functions as for AWS, and deploys one of them in front of an origin. */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { origin, entry = "handler", functionTimeoutMs = 15_000, attemptTimeoutMs = 5_000, ...gateway } = options;
  const taskRoot = await mkdtemp(join(tmpdir(), "proxy-"));
  const functionName = "proxy";
  await build({ ...bundleOptions, outdir: taskRoot, logLevel: "silent" });
  const environment = { ORIGIN: origin, ATTEMPT_TIMEOUT_MS: String(attemptTimeoutMs) };
  const lambda = await startLocalLambda({
    functions: {
      // The init may be slow on a busy machine.
      [functionName]: {
        handler: `${entry}.handler`,
        taskRoot,
        environment,
        timeoutMs: functionTimeoutMs,
        initTimeoutMs: 30_000,
      },
    },
  });
  const front = await startHttpFront({ ...gateway, lambda, functionName });
  return {
    url: front.url,
    log: () => lambda.logs(functionName).map(({ line }) => line),
    isIdle: () => lambda.environments(functionName).every(({ state }) => state === "frozen"),
    async [Symbol.asyncDispose]() {
      await front.stop();
      await lambda.stop();
      await rm(taskRoot, { recursive: true });
    },
  };
}
