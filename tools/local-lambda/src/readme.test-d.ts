/** The examples of README.md, word for word. */
import { startHttpFront, startLocalLambda } from "@midguard/local-lambda";

await using lambda = await startLocalLambda({
  functions: {
    users: { handler: "dist/handler.handler", taskRoot: "/srv/users-api", timeoutMs: 3_000, reservedConcurrency: 10 },
  },
  onLog: ({ source, line }) => console.log(source, line),
});
await using front = await startHttpFront({ lambda, functionName: "users", routes: ["GET /users/{id}"] });
await fetch(`${front.url}/users/1`);
await lambda.invoke({ functionName: "users", payload: { warmup: true } });

import { LambdaClient } from "@aws-sdk/client-lambda";

export const client = new LambdaClient({
  endpoint: lambda.endpoint,
  region: lambda.region,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});

import { expectTypeOf, test } from "vitest";

test("the examples dispose of what they start", () => {
  expectTypeOf(lambda).toExtend<AsyncDisposable>();
  expectTypeOf(front).toExtend<AsyncDisposable>();
});
