import { LambdaClient } from "@aws-sdk/client-lambda";
import type { LocalLambda } from "../index.ts";

/** The AWS SDK's client for a local Lambda. It sends each call once. */
export function clientOf({ endpoint, region }: LocalLambda): LambdaClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new LambdaClient({ endpoint, region, credentials, maxAttempts: 1 });
}
