import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { consecutiveFailures, createCircuitBreaker } from "@midguard/circuit-breaker";
import { constant, createRetry, retryReport } from "@midguard/retry";
import { retryStrategy, type SdkRetryStrategy } from "@midguard/retry/aws-sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** The real client of the AWS SDK behind a policy and a breaker, against a server that answers as each test says. */
let server: Server;
let client: DynamoDBClient | undefined;
let requests: number;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  requests = 0;
  server = createServer((_request, response) => {
    requests += 1;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  client?.destroy();
  server.closeAllConnections();
  server.close();
});

interface Connection {
  readonly maxAttempts?: number;
  readonly attemptTimeoutMs?: number;
  /** In place of the SDK's own. */
  readonly strategy?: SdkRetryStrategy;
}

/** Retry outside, breaker inside. The SDK's own retries are off unless it may make several attempts. */
function connect({ maxAttempts = 1, attemptTimeoutMs = 5_000, ...more }: Connection = {}) {
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const sdk = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials,
    maxAttempts,
    ...(more.strategy && { retryStrategy: more.strategy }),
  });
  client = sdk;
  const breaker = createCircuitBreaker({ name: "table", trip: consecutiveFailures(3), openMs: 60_000 });
  const policy = createRetry({ backoff: constant(0), attemptTimeoutMs, budget: false });
  const command = () => new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } });
  const read = () => policy.run(({ signal }) => breaker.run(() => sdk.send(command(), { abortSignal: signal })));
  return { breaker, client: sdk, read };
}

function fail(status: number, type: string): void {
  answer = (response) => {
    response.writeHead(status, { "Content-Type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "no" }));
  };
}

describe("a call of the AWS SDK", () => {
  test("that hangs is cut, retried, and opens the circuit, which ends the retries", async () => {
    answer = () => {};
    const { breaker, read } = connect({ attemptTimeoutMs: 100 });
    await expect(read()).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(requests).toBe(3);
    expect(breaker.state).toBe("open");
  });

  test.each([
    [400, "ProvisionedThroughputExceededException"],
    [500, "InternalServerError"],
  ])("that is answered %i %s is retried and counted", async (status, type) => {
    fail(status, type);
    const { breaker, read } = connect();
    await expect(read()).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(requests).toBe(3);
    expect(breaker.state).toBe("open");
  });

  test("that is refused for what it asks is neither", async () => {
    fail(400, "ValidationException");
    const { breaker, read } = connect();
    const refused: unknown = await read().catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: "ValidationException" });
    expect(retryReport(refused)).toMatchObject({ attempts: 1, reason: "not-retryable" });
    expect([requests, breaker.state]).toEqual([1, "closed"]);
  });

  test("that the SDK has retried already is not retried again", async () => {
    fail(500, "InternalServerError");
    const { breaker, read } = connect({ maxAttempts: 2 });
    await expect(read()).rejects.toMatchObject({ name: "InternalServerError" });
    expect([requests, breaker.state]).toEqual([2, "closed"]);
  });
});

test("a breaker inside of a client with a retry strategy counts attempts, and its rejections end the retries", async () => {
  fail(500, "InternalServerError");
  const policy = createRetry({ backoff: constant(0), maxRetries: 10 });
  const { breaker, client: guarded } = connect({ strategy: retryStrategy(policy) });
  guarded.middlewareStack.add((next) => (args) => breaker.run(() => next(args)), {
    name: "circuitBreaker",
    step: "deserialize",
    priority: "high",
  });
  const read = () => guarded.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } }));
  const rejection: unknown = await read().catch((error: unknown) => error);
  expect(rejection).toMatchObject({ code: "CIRCUIT_OPEN" });
  expect(retryReport(rejection)).toMatchObject({ attempts: 4, reason: "not-retryable" });
  expect([requests, breaker.state]).toEqual([3, "open"]);
  // The retry that the circuit rejected was given back.
  expect(policy.budget).toMatchObject({ tokens: 1 });
  await expect(read()).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
  expect(requests).toBe(3);
});
