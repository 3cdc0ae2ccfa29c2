import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalLambda } from "./index.ts";
import { startLocalLambda } from "./index.ts";
import { clientOf } from "./testing/client.ts";
import { fixtures, until } from "./testing/run.ts";

let lambda: LocalLambda;
let client: LambdaClient;
const common = { taskRoot: fixtures, timeoutMs: 20_000 };
const text = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString();

beforeEach(async () => {
  lambda = await startLocalLambda({
    region: "eu-west-1",
    functions: {
      echo: { ...common, handler: "echo.handler", aliases: { live: "3" }, environment: { MINE: "yes" } },
      one: { ...common, handler: "echo.handler", reservedConcurrency: 0 },
      stream: { ...common, handler: "stream.handler" },
    },
  });
  client = clientOf(lambda);
});

afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

test("returns the version and the log tail with the result", async () => {
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: "echo",
      Payload: JSON.stringify({ do: "print", text: "seen", times: 1 }),
      LogType: "Tail",
    }),
  );
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(answer.FunctionError).toBeUndefined();
  expect(JSON.parse(text(answer.Payload)).event.text).toBe("seen");
  const tail = Buffer.from(answer.LogResult ?? "", "base64").toString();
  expect(tail).toMatch(new RegExp(`^START RequestId: ${answer.$metadata.requestId} .*\nseen\nEND .*\nREPORT .*\n$`));
});

test.each([
  ["a name with an alias", "echo:live", undefined],
  ["a partial ARN", "123456789012:function:echo", "live"],
  ["an ARN with an alias", "arn:aws:lambda:eu-west-1:123456789012:function:echo:live", undefined],
  ["a qualifier", "echo", "live"],
  ["a version", "echo", "3"],
])("finds a function by %s", async (_what, FunctionName, Qualifier) => {
  const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier }));
  expect(answer.ExecutedVersion).toBe("3");
});

test("returns the error of a function", async () => {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: "echo", Payload: JSON.stringify({ do: "throw" }) }),
  );
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(JSON.parse(text(answer.Payload))).toMatchObject({ errorType: "RangeError" });
});

test("passes the client context on", async () => {
  const ClientContext = Buffer.from('{"custom":{"k":"v"}}').toString("base64");
  const answer = await client.send(new InvokeCommand({ FunctionName: "echo", ClientContext }));
  expect(JSON.parse(text(answer.Payload)).context.clientContext).toEqual({ custom: { k: "v" } });
});

test("queues an event and answers at once", async () => {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: "echo", InvocationType: "Event", Payload: '{"a":1}' }),
  );
  expect(answer.StatusCode).toBe(202);
  await until(() => lambda.logs("echo").some(({ line }) => line === `END RequestId: ${answer.$metadata.requestId}`));
});

test("validates without running the function on a dry run", async () => {
  const answer = await client.send(new InvokeCommand({ FunctionName: "echo", InvocationType: "DryRun" }));
  expect(answer.StatusCode).toBe(204);
  expect(lambda.environments("echo")).toEqual([]);
});

test.each([
  ["ResourceNotFoundException", 404, { FunctionName: "gone" }],
  ["ResourceNotFoundException", 404, { FunctionName: "echo", Qualifier: "gone" }],
  ["InvalidParameterValueException", 400, { FunctionName: "echo:live", Qualifier: "3" }],
  ["InvalidRequestContentException", 400, { FunctionName: "echo", Payload: "{no json" }],
  ["RequestTooLargeException", 413, { FunctionName: "echo", Payload: JSON.stringify("x".repeat(6_291_455)) }],
  [
    "RequestTooLargeException",
    413,
    { FunctionName: "echo", InvocationType: "Event", Payload: JSON.stringify("x".repeat(1_048_575)) },
  ],
] as const)("answers with %s (%d)", async (name, status, input) => {
  await expect(client.send(new InvokeCommand(input))).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: status },
  });
});

test("returns the reason when it throttles", async () => {
  await expect(client.send(new InvokeCommand({ FunctionName: "one" }))).rejects.toMatchObject({
    name: "TooManyRequestsException",
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    retryAfterSeconds: "1",
    message: "Rate Exceeded.",
  });
});

async function streamed(FunctionName: string, payload: unknown): Promise<{ chunks: string[]; complete: unknown }> {
  const answer = await client.send(
    new InvokeWithResponseStreamCommand({
      FunctionName,
      Payload: Buffer.from(JSON.stringify(payload)),
      LogType: "Tail",
    }),
  );
  const chunks: string[] = [];
  let complete: unknown;
  for await (const event of answer.EventStream ?? []) {
    if (event.PayloadChunk) chunks.push(text(event.PayloadChunk.Payload));
    if (event.InvokeComplete) complete = event.InvokeComplete;
  }
  return { chunks, complete };
}

test("streams a response", async () => {
  const { chunks, complete } = await streamed("stream", { parts: 3, pauseMs: 30 });
  expect(chunks).toEqual(["part 0;", "part 1;", "part 2;"]);
  expect(complete).toMatchObject({ LogResult: expect.any(String) });
});

test("streams the answer of a function that does not stream, in one piece", async () => {
  const { chunks } = await streamed("echo", { a: 1 });
  expect(JSON.parse(chunks.join("")).event).toEqual({ a: 1 });
});

test("reports at the end of a stream that it broke off", async () => {
  const { chunks, complete } = await streamed("stream", { parts: 1, fail: true });
  expect(chunks).toEqual(["part 0;"]);
  expect(complete).toMatchObject({ ErrorCode: "RangeError", ErrorDetails: expect.stringContaining("broken off") });
});

test("describes a function", async () => {
  const expected = {
    FunctionName: "echo",
    FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:echo:live",
    Handler: "echo.handler",
    Timeout: 20,
    MemorySize: 128,
    Version: "3",
    Environment: { Variables: { MINE: "yes" } },
    State: "Active",
  };
  const input = { FunctionName: "echo", Qualifier: "live" };
  expect(await client.send(new GetFunctionConfigurationCommand(input))).toMatchObject(expected);
  expect((await client.send(new GetFunctionCommand(input))).Configuration).toMatchObject(expected);
});

test("rejects an unknown invocation type and a malformed name", async () => {
  const url = `${lambda.endpoint}/2015-03-31/functions/echo/invocations`;
  const answer = await fetch(url, { method: "POST", headers: { "x-amz-invocation-type": "Later" } });
  expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([400, "InvalidParameterValueException"]);
  expect((await fetch(`${lambda.endpoint}/2015-03-31/functions/%zz`)).status).toBe(500);
});

test("rejects an operation that it does not emulate", async () => {
  const answer = await fetch(`${lambda.endpoint}/2015-03-31/functions/echo/policy`, { method: "POST" });
  expect(answer.status).toBe(404);
  expect(answer.headers.get("x-amzn-errortype")).toBe("UnknownOperationException");
});
