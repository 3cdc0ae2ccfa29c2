import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type LogLine, startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import type { PingAnswer } from "./facts.ts";

/** The request header with a client's address. The front removes it, so the function's event is as on AWS. */
export const addressHeader = "x-demo-client-address";

const functionName = "users-api";

/** The users API as a deployed function: on Lambda, behind an HTTP API. */
export interface DeployedApi {
  readonly url: string;
  /** For the AWS command line. */
  readonly lambdaEndpoint: string;
  readonly region: string;
  readonly functionName: string;
  /** Returns the number of execution environments that have not ended. */
  environments(): number;
  /** Sends `count` concurrent warm-up pings. Each holds its environment until `holdUntil` (epoch ms). */
  ping(count: number, holdUntil: number): Promise<PingAnswer[]>;
  stop(): Promise<void>;
}

/** Deploys the built examples/users-api on this machine, with these environment variables. */
export async function deploy(
  environment: Readonly<Record<string, string>>,
  onLog: (line: LogLine) => void,
): Promise<DeployedApi> {
  // The entry is dist/handler.js; its package is the task root.
  const taskRoot = dirname(dirname(fileURLToPath(import.meta.resolve("@midguard/example-users-api"))));
  const lambda = await startLocalLambda({
    onLog,
    functions: {
      [functionName]: {
        handler: "dist/handler.handler",
        taskRoot,
        memoryMb: 512,
        timeoutMs: 10_000,
        // Generous, because a cold start is slow on a busy machine.
        initTimeoutMs: 30_000,
        reservedConcurrency: 20,
        // No X-Ray daemon listens here.
        environment: { ...environment, POWERTOOLS_TRACE_ENABLED: "false" },
      },
    },
  });
  const front = await startHttpFront({
    lambda,
    functionName,
    routes: ["GET /users", "GET /users/{id}", "POST /users", "$default"],
    sourceIpHeader: addressHeader,
  });
  const client = new LambdaClient({
    endpoint: lambda.endpoint,
    region: lambda.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

  async function pingOnce(holdUntil: number, index: number, of: number): Promise<PingAnswer> {
    const ping = { warmup: true, sentAt: Date.now(), holdUntil, index, of };
    const { Payload, FunctionError, $metadata } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(ping) }),
    );
    const text = Payload?.transformToString() ?? "";
    const { environmentId, cold, primed } = JSON.parse(text) as Partial<PingAnswer>;
    if (FunctionError !== undefined || environmentId === undefined)
      throw new Error(`The function did not answer a ping as one: ${text}`);
    return { requestId: $metadata.requestId ?? "", environmentId, cold: cold === true, primed: primed === true };
  }

  return {
    url: front.url,
    lambdaEndpoint: lambda.endpoint,
    region: lambda.region,
    functionName,
    environments: () => lambda.environments(functionName).length,
    ping: (count, holdUntil) =>
      Promise.all(Array.from({ length: count }, (_, index) => pingOnce(holdUntil, index, count))),
    async stop() {
      client.destroy();
      await front.stop();
      await lambda.stop();
    },
  };
}
