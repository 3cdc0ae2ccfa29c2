import { afterEach, describe, expect, test } from "vitest";
import type { LocalFunction, LocalLambda, LogLine } from "./index.ts";
import { call, parse, startFunction } from "./testing/run.ts";

const ric = process.env.AWS_LAMBDA_RIC;
const howTo =
  "missing: run scripts/install-runtime-client <folder> " +
  "and set AWS_LAMBDA_RIC to <folder>/node_modules/aws-lambda-ric/index.mjs";

// Both clients talk to the same server and must have the same results.
const clients: [string, Partial<LocalFunction>][] = [["our runtime client", {}]];
if (ric) clients.push(["aws-lambda-ric", { runtimeClient: ric }]);

if (!ric) {
  test.skipIf(process.env.CI !== "true")(`aws-lambda-ric, AWS's own client (${howTo})`, () => {
    throw new Error(howTo);
  });
}

describe.each(clients)("%s", (_name, client) => {
  let lambda: LocalLambda;
  const lines: LogLine[] = [];
  const start = async (fn: Partial<LocalFunction> & { handler: string }): Promise<LocalLambda> => {
    lines.length = 0;
    lambda = await startFunction({ ...client, ...fn }, { onLog: (line) => lines.push(line) });
    return lambda;
  };
  const printed = (): string[] => lines.filter(({ source }) => source !== "platform").map(({ line }) => line);
  afterEach(() => lambda.stop());

  test("passes the event to the handler and returns its result", async () => {
    await start({ handler: "echo.handler" });
    const answer = await call(lambda, { text: "grüße 🌍", nested: [1, null] });
    expect(answer.event).toEqual({ text: "grüße 🌍", nested: [1, null] });
  });

  test("creates the context that AWS creates", async () => {
    await start({ handler: "echo.handler", memoryMb: 512, timeoutMs: 15_000 });
    const clientContext = Buffer.from(JSON.stringify({ custom: { a: "b" } })).toString("base64");
    const result = await lambda.invoke({ functionName: "fn", clientContext });
    const { context, left, env } = parse(result);
    expect(context).toMatchObject({
      awsRequestId: result.requestId,
      functionName: "fn",
      functionVersion: "$LATEST",
      memoryLimitInMB: "512",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:fn",
      logGroupName: "/aws/lambda/fn",
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: { custom: { a: "b" } },
    });
    expect(left).toBeGreaterThan(10_000);
    expect(left).toBeLessThanOrEqual(15_000);
  });

  test("passes the tenant ID to the context", async () => {
    await start({ handler: "echo.handler", tenantIsolation: true });
    const result = await lambda.invoke({ functionName: "fn", tenantId: "blue" });
    expect(parse(result).context.tenantId).toBe("blue");
  });

  test("sets AWS's variables and the user's, and passes on no other variable of this process", async () => {
    process.env.STRAY = "1";
    await start({ handler: "echo.handler", environment: { MINE: "yes" } });
    const { env } = await call(lambda);
    expect(env).toMatchObject({
      _HANDLER: "echo.handler",
      AWS_LAMBDA_FUNCTION_NAME: "fn",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_REGION: "us-east-1",
      TZ: ":UTC",
      MINE: "yes",
    });
    expect(env).not.toHaveProperty("STRAY");
    expect(env).not.toHaveProperty("AWS_LAMBDA_MAX_CONCURRENCY");
  });

  test.each<[string, Partial<LocalFunction>, Record<string, string>]>([
    ["provisioned", { provisionedConcurrency: 1 }, { AWS_LAMBDA_INITIALIZATION_TYPE: "provisioned-concurrency" }],
    [
      "managed",
      { maxConcurrency: 4, workerThreads: 2 },
      {
        AWS_LAMBDA_INITIALIZATION_TYPE: "lambda-managed-instances",
        AWS_LAMBDA_MAX_CONCURRENCY: "4",
        AWS_LAMBDA_NODEJS_WORKER_COUNT: "2",
      },
    ],
  ])("sets the variables of a %s environment", async (_kind, fn, expected) => {
    await start({ handler: "echo.handler", ...fn });
    expect((await call(lambda)).env).toMatchObject(expected);
  });

  test("sets the trace ID of each invocation", async () => {
    await start({ handler: "echo.handler" });
    for (const traceId of ["Root=1-0-a;Sampled=1", "Root=1-0-b;Sampled=0"]) {
      const answer = parse(await lambda.invoke({ functionName: "fn", traceId }));
      expect(answer.env._X_AMZN_TRACE_ID).toBe(traceId);
    }
  });

  test("reports an error that the handler throws, and goes on", async () => {
    await start({ handler: "echo.handler" });
    const result = await lambda.invoke({ functionName: "fn", payload: { do: "throw" } });
    expect(result.functionError).toBe("Unhandled");
    expect(parse(result)).toMatchObject({ errorType: "RangeError", errorMessage: "thrown on purpose" });
    expect(parse(result).trace[0]).toBe("RangeError: thrown on purpose");
    expect((await call(lambda)).invocations).toBe(2);
  });

  test("reports a result that is not JSON", async () => {
    await start({ handler: "echo.handler" });
    expect(await call(lambda, { do: "circle" })).toMatchObject({ errorType: "Runtime.JSONStringifyError" });
  });

  test("loads CommonJS from a folder, and a handler inside an object", async () => {
    await start({ handler: "nested/common.api.handler" });
    expect(await call(lambda)).toBe("common fn");
  });

  test.each([
    ["init.notThere", "Runtime.HandlerNotFound"],
    ["init.notAFunction", "Runtime.HandlerNotFound"],
    ["nowhere.handler", "Runtime.ImportModuleError"],
    ["nested/common.callback", "Runtime.CallbackHandlerDeprecated"],
    ["../up.handler", "Runtime.MalformedHandlerName"],
  ])("answers %s with %s", async (handler, errorType) => {
    await start({ handler });
    const result = await lambda.invoke({ functionName: "fn" });
    expect(result.functionError).toBe("Unhandled");
    expect(parse(result).errorType).toBe(errorType);
    // A new environment tries again.
    expect((await call(lambda)).errorType).toBe(errorType);
  });

  test("reports an error during init", async () => {
    await start({ handler: "init.handler", environment: { INIT: "throw" } });
    expect(await call(lambda)).toMatchObject({ errorType: "TypeError", errorMessage: "init failed on purpose" });
    expect(lambda.logs("fn").some(({ line }) => /^INIT_REPORT Init Duration: .*\tStatus: error$/.test(line))).toBe(
      true,
    );
  });

  test("reports a process that ends during init", async () => {
    await start({ handler: "init.handler", environment: { INIT: "exit" } });
    const result = await lambda.invoke({ functionName: "fn" });
    expect(parse(result)).toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: exit status 7`,
    });
  });

  test("reports a process that ends in an invocation, and starts a new one", async () => {
    await start({ handler: "echo.handler" });
    expect((await call(lambda, { do: "exit" })).errorMessage).toMatch(/Runtime exited with error: exit status 3$/);
    expect((await call(lambda, { do: "crash" })).errorMessage).toMatch(/Runtime exited with error: exit status 1$/);
    expect(printed().join("\n")).toContain("uncaught on purpose");
    expect((await call(lambda)).invocations).toBe(1);
  });

  test("writes console lines as Lambda does", async () => {
    await start({ handler: "echo.handler" });
    const { requestId } = await lambda.invoke({
      functionName: "fn",
      payload: { do: "log", text: "a\nb" },
      logTail: true,
    });
    expect(printed()).toEqual([expect.stringMatching(new RegExp(`^\\d{4}-.*Z\t${requestId}\tINFO\ta\rb$`))]);
  });

  test("writes console lines as JSON if that is the log format", async () => {
    await start({ handler: "echo.handler", logFormat: "JSON" });
    const { requestId } = await lambda.invoke({
      functionName: "fn",
      payload: { do: "log", text: "a\nb" },
      logTail: true,
    });
    expect(JSON.parse(printed()[0] ?? "")).toMatchObject({ level: "INFO", requestId, message: "a\nb" });
    await lambda.invoke({ functionName: "fn", payload: { do: "throw" }, logTail: true });
    expect(JSON.parse(printed()[1] ?? "")).toMatchObject({
      level: "ERROR",
      message: { errorType: "RangeError", errorMessage: "thrown on purpose" },
    });
  });

  test("delivers a large line whole, even if the process freezes after it", async () => {
    await start({ handler: "echo.handler" });
    await lambda.invoke({
      functionName: "fn",
      payload: { do: "print", text: "ü0123456789", times: 40_000 },
      logTail: true,
    });
    expect(printed()).toEqual(["ü0123456789".repeat(40_000)]);
  });

  test("streams a response as it is written", async () => {
    await start({ handler: "stream.handler" });
    const chunks: string[] = [];
    const onChunk = (chunk: Buffer): void => {
      chunks.push(chunk.toString());
    };
    const result = await lambda.invoke({ functionName: "fn", payload: { parts: 3, pauseMs: 30 }, onChunk });
    expect(chunks).toEqual(["part 0;", "part 1;", "part 2;"]);
    expect(result).toMatchObject({ functionError: undefined, payload: Buffer.alloc(0) });
  });

  test("gathers a streamed response for a caller without onChunk", async () => {
    await start({ handler: "stream.handler" });
    const { payload } = await lambda.invoke({ functionName: "fn", payload: { parts: 2 } });
    expect(payload.toString()).toBe("part 0;part 1;");
  });

  test("reports a stream that broke off, and goes on", async () => {
    await start({ handler: "stream.handler" });
    const result = await lambda.invoke({ functionName: "fn", payload: { parts: 1, fail: true } });
    expect(result.functionError).toBe("Unhandled");
    expect(parse(result)).toMatchObject({ errorType: "RangeError", errorMessage: "broken off on purpose" });
    expect((await lambda.invoke({ functionName: "fn", payload: { parts: 1 } })).payload.toString()).toBe("part 0;");
  });

  test("puts a prelude before a streamed HTTP response", async () => {
    await start({ handler: "stream.http" });
    const { payload } = await lambda.invoke({ functionName: "fn" });
    expect(payload.toString()).toBe(`{"statusCode":201,"headers":{"x-one":"1"}}${"\0".repeat(8)}hello`);
  });

  test("serves several invocations at once in one process, and keeps them apart", async () => {
    await start({ handler: "overlap.handler", maxConcurrency: 8, workerThreads: 2 });
    const results = await Promise.all(
      Array.from({ length: 8 }, () => lambda.invoke({ functionName: "fn", payload: { ms: 300 } })),
    );
    expect(lambda.environments("fn")).toHaveLength(1);
    expect(Math.max(...results.map((result) => parse(result).most))).toBeGreaterThanOrEqual(3);
    for (const result of results) {
      expect(parse(result)).toMatchObject({ before: result.requestId, after: result.requestId });
    }
  });

  test("spreads invocations over worker threads, each with its own module state", async () => {
    await start({ handler: "overlap.handler", maxConcurrency: 8, workerThreads: 4 });
    // Each thread has loaded the function and waits.
    await Promise.all(Array.from({ length: 8 }, () => call(lambda, { ms: 500 })));
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(lambda, { ms: 500 })));
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1);
    expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(4);
    expect(answers.every(({ threadId }) => threadId > 0)).toBe(true);
  });

  test("writes the lines of worker threads, and reports an error during their init", async () => {
    const threads = { maxConcurrency: 2, workerThreads: 2 };
    await start({ handler: "echo.handler", ...threads });
    await call(lambda, { do: "print", text: "line of a thread", times: 1 });
    await expect.poll(printed).toEqual(["line of a thread"]);
    await lambda.stop();
    await start({ handler: "init.handler", environment: { INIT: "throw" }, ...threads });
    expect(await call(lambda)).toMatchObject({ errorType: "TypeError", errorMessage: "init failed on purpose" });
  });
});
