import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type LogLine, startHttpFront, startLocalLambda } from "@midguard/local-lambda";
import type { PingAnswer } from "./facts.ts";

/** The request header that carries a client's address. The front strips it, so the function sees what AWS would show it. */
export const addressHeader = "x-demo-client-address";

const functionName = "users-api";

/** The users API as a deployed function: on Lambda, behind an HTTP API. */
export interface DeployedApi {
  readonly url: string;
  /** Addresses for whoever wants to look at it with the AWS command line. */
  readonly lambdaEndpoint: string;
  readonly region: string;
  readonly functionName: string;
  /** Execution environments that live now. */
  environments(): number;
  /** Sends `count` warm-up pings at once, each holding its environment until `holdUntil` (epoch ms). */
  ping(count: number, holdUntil: number): Promise<PingAnswer[]>;
  stop(): Promise<void>;
}

/** Deploys examples/users-api, as built, on this machine. */
export async function deploy(profileUrl: string, onLog: (line: LogLine) => void): Promise<DeployedApi> {
  // dist/handler.js, in the package's own folder.
  const taskRoot = dirname(dirname(fileURLToPath(import.meta.resolve("@midguard/example-users-api"))));
  const lambda = await startLocalLambda({
    onLog,
    functions: {
      [functionName]: {
        handler: "dist/handler.handler",
        taskRoot,
        memoryMb: 512,
        timeoutMs: 10_000,
        // Generous: on a busy machine a cold start takes its time.
        initTimeoutMs: 30_000,
        reservedConcurrency: 20,
        // No X-Ray daemon listens here.
        environment: { PROFILE_URL: profileUrl, POWERTOOLS_TRACE_ENABLED: "false" },
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
    if (FunctionError !== undefined || environmentId === undefined) throw new Error(`A ping was answered ${text}`);
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
