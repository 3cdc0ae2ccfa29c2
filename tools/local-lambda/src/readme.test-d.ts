// The README's examples, so that they compile.
import { LambdaClient } from "@aws-sdk/client-lambda";
import { startHttpFront, startLocalLambda } from "./index.ts";

export async function example(): Promise<LambdaClient> {
  await using lambda = await startLocalLambda({
    functions: {
      users: { handler: "dist/handler.handler", taskRoot: "/srv/users-api", timeoutMs: 3_000, reservedConcurrency: 10 },
    },
    onLog: ({ source, line }) => console.log(source, line),
  });
  await using front = await startHttpFront({ lambda, functionName: "users", routes: ["GET /users/{id}"] });
  await fetch(`${front.url}/users/1`);
  await lambda.invoke({ functionName: "users", payload: { warmup: true } });

  return new LambdaClient({
    endpoint: lambda.endpoint,
    region: lambda.region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}
