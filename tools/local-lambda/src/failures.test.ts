import { InvokeCommand, type InvokeCommandInput, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DestinationRecord, type LocalLambda, startLocalLambda } from "./index.ts";
import { clientOf } from "./testing/client.ts";
import { fixtures, until } from "./testing/run.ts";

/** The failures that a caller of several functions meets, as the AWS SDK reports them. */
let lambda: LocalLambda;
let client: LambdaClient;
const ended: DestinationRecord[] = [];
const arn = "arn:aws:lambda:us-east-1:123456789012:function";
const common = { taskRoot: fixtures, timeoutMs: 20_000, initTimeoutMs: 20_000 };

beforeEach(async () => {
  ended.length = 0;
  const asynchronous = {
    retryDelaysMs: [20],
    throttleDelayMs: 10,
    onSuccess: (record: DestinationRecord) => ended.push(record),
  };
  lambda = await startLocalLambda({
    functions: {
      echo: { ...common, handler: "echo.handler", aliases: { live: "1" }, asynchronous },
      full: { ...common, handler: "echo.handler", reservedConcurrency: 1, asynchronous },
      slow: { ...common, handler: "echo.handler", timeoutMs: 1_000 },
      broken: { ...common, handler: "init.handler", environment: { INIT: "throw" }, asynchronous },
    },
  });
  client = clientOf(lambda);
});

afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

const invoke = (input: InvokeCommandInput) => client.send(new InvokeCommand(input));
const parsed = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload ?? []).toString());
const clientContext = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

test.each([
  ["gone", undefined, `${arn}:gone`],
  ["echo", "gone", `${arn}:echo:gone`],
  ["echo", "7", `${arn}:echo:7`],
])("answers 404 for the function %s with the qualifier %s", async (FunctionName, Qualifier, missing) => {
  for (const InvocationType of ["RequestResponse", "Event"] as const) {
    await expect(invoke({ FunctionName, Qualifier, InvocationType })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `Function not found: ${missing}`,
      $metadata: { httpStatusCode: 404 },
    });
  }
});

test("throttles the second of two parallel invocations, and neither event", async () => {
  const Payload = JSON.stringify({ do: "sleep", ms: 300 });
  const [first, second] = await Promise.allSettled([
    invoke({ FunctionName: "full", Payload }),
    invoke({ FunctionName: "full", Payload }),
  ]);
  const statuses = [first, second].map((each) => each.status).sort();
  expect(statuses).toEqual(["fulfilled", "rejected"]);
  expect([first, second].find((each) => each.status === "rejected")).toMatchObject({
    reason: {
      name: "TooManyRequestsException",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      $metadata: { httpStatusCode: 429 },
    },
  });
  const event = { FunctionName: "full", InvocationType: "Event" } as const;
  await Promise.all([invoke(event), invoke(event)]);
  await until(() => ended.length === 2);
});

test("reports a timeout as an error of the function", async () => {
  const answer = await invoke({ FunctionName: "slow", Payload: JSON.stringify({ do: "sleep", ms: 60_000 }) });
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled", ExecutedVersion: "$LATEST" });
  expect(parsed(answer.Payload)).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${answer.$metadata.requestId} Error: Task timed out after 1.00 seconds`,
  });
});

test("reports a module that throws at import as an error of the function, at every invocation", async () => {
  for (let n = 0; n < 2; n += 1) {
    const answer = await invoke({ FunctionName: "broken" });
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(parsed(answer.Payload)).toMatchObject({ errorType: "TypeError", errorMessage: "init failed on purpose" });
  }
});

test.each(["echo", "broken"])(
  "retries a failing event of %s twice under one request ID, then gives it up",
  async (name) => {
    const answer = await invoke({
      FunctionName: name,
      InvocationType: "Event",
      Payload: JSON.stringify({ do: "throw" }),
    });
    expect(answer).toMatchObject({ StatusCode: 202 });
    expect(answer.FunctionError).toBeUndefined();
    await until(() => lambda.deadLetters(name).length === 1);
    expect(lambda.deadLetters(name)[0]?.requestContext).toMatchObject({
      requestId: answer.$metadata.requestId,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    });
  },
);

test("passes the client context to a synchronous invocation as parsed JSON, and drops it from an event", async () => {
  const value = { custom: { "midguard-warmup": "1", name: "grüße 🌍" }, client: { installation_id: "a" } };
  const ClientContext = clientContext(value);
  const answer = await invoke({ FunctionName: "echo", ClientContext });
  expect(parsed(answer.Payload).context.clientContext).toEqual(value);
  await invoke({ FunctionName: "echo", InvocationType: "Event", ClientContext });
  await until(() => ended.length === 1);
  expect(ended[0]?.responsePayload).toMatchObject({ context: { awsRequestId: expect.any(String) } });
  expect(ended[0]?.responsePayload).not.toHaveProperty("context.clientContext");
});

test.each(["RequestResponse", "Event"] as const)(
  "rejects a client context that is not JSON: %s",
  async (InvocationType) => {
    const ClientContext = Buffer.from("{no json").toString("base64");
    await expect(invoke({ FunctionName: "echo", InvocationType, ClientContext })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
      $metadata: { httpStatusCode: 400 },
    });
  },
);
