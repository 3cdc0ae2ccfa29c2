import { afterEach, expect, test } from "vitest";
import { createAsyncQueue } from "./async-queue.ts";
import { throttled } from "./errors.ts";
import type { AsynchronousOptions, DestinationRecord, LocalFunction, LocalLambda } from "./index.ts";
import { call, startFunction, until } from "./testing/run.ts";

let lambda: LocalLambda;
const start = async (asynchronous: AsynchronousOptions, fn: Partial<LocalFunction> = {}): Promise<void> => {
  lambda = await startFunction({
    handler: "echo.handler",
    asynchronous: { retryDelaysMs: [20, 40], ...asynchronous },
    ...fn,
  });
};
const starts = (): string[] => lambda.logs("fn").flatMap(({ line }) => /^START RequestId: (\S+)/.exec(line)?.[1] ?? []);

afterEach(() => lambda.stop());

test("runs a queued event once if it succeeds, and sends a record to the on-success destination", async () => {
  const records: DestinationRecord[] = [];
  await start({ onSuccess: (record) => records.push(record) });
  const requestId = lambda.invokeAsync({ functionName: "fn", payload: { a: 1 } });
  await until(() => records.length > 0);
  expect(records[0]).toMatchObject({
    version: "1.0",
    requestContext: { requestId, condition: "Success", approximateInvokeCount: 1 },
    requestPayload: { a: 1 },
    responsePayload: { event: { a: 1 } },
  });
  expect(starts()).toEqual([requestId]);
  expect(lambda.deadLetters("fn")).toEqual([]);
});

test("sends a result that is not JSON to the destination as text", async () => {
  const records: DestinationRecord[] = [];
  await start({ onSuccess: (record) => records.push(record) }, { handler: "stream.handler" });
  lambda.invokeAsync({ functionName: "fn:$LATEST", payload: { parts: 1 } });
  await until(() => records.length > 0);
  expect(records[0]?.responsePayload).toBe("part 0;");
  expect(records[0]?.requestContext.functionArn).toMatch(/:fn:\$LATEST$/);
});

test("tries a failing event three times under one request ID, then adds it to the dead letters", async () => {
  const records: DestinationRecord[] = [];
  await start({ onFailure: (record) => records.push(record) });
  const requestId = lambda.invokeAsync({ functionName: "fn", payload: { do: "throw" } });
  expect(lambda.queued("fn")).toBe(1);
  await until(() => lambda.queued("fn") === 0);
  expect(starts()).toEqual([requestId, requestId, requestId]);
  expect(lambda.deadLetters("fn")).toEqual(records);
  expect(records).toEqual([
    {
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      requestContext: {
        requestId,
        functionArn: "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST",
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { do: "throw" },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: expect.objectContaining({ errorType: "RangeError", errorMessage: "thrown on purpose" }),
    },
  ]);
});

test("waits between attempts", async () => {
  await start({ retryDelaysMs: [150, 300] });
  lambda.invokeAsync({ functionName: "fn", payload: { do: "throw" } });
  await until(() => lambda.queued("fn") === 0);
  const times = lambda.logs("fn").flatMap(({ line, timestamp }) => (line.startsWith("START") ? [timestamp] : []));
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  expect(gaps[0]).toBeGreaterThanOrEqual(149);
  expect(gaps[1]).toBeGreaterThanOrEqual(299);
});

test("makes one attempt if maxRetries is 0", async () => {
  await start({ maxRetries: 0 });
  lambda.invokeAsync({ functionName: "fn", payload: { do: "throw" } });
  await until(() => lambda.queued("fn") === 0);
  expect(lambda.deadLetters("fn")[0]?.requestContext.approximateInvokeCount).toBe(1);
});

test("gives up an event that would exceed its maximum age, and records its last answer", async () => {
  await start({ retryDelaysMs: [60_000], maxEventAgeMs: 30_000 });
  lambda.invokeAsync({ functionName: "fn", payload: { do: "throw" } });
  await until(() => lambda.queued("fn") === 0);
  expect(lambda.deadLetters("fn")[0]).toMatchObject({
    requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 },
    responsePayload: { errorType: "RangeError" },
  });
});

test("keeps a throttled event until a slot is free, and does not count throttling as an attempt", async () => {
  await start({ throttleDelayMs: 10, maxRetries: 0 }, { reservedConcurrency: 1 });
  const busy = call(lambda, { do: "sleep", ms: 200 });
  lambda.invokeAsync({ functionName: "fn", payload: {} });
  await busy;
  await until(() => lambda.queued("fn") === 0);
  expect(lambda.deadLetters("fn")).toEqual([]);
  expect(starts()).toHaveLength(2);
});

test("doubles the delay after each throttled attempt", async () => {
  await start({});
  let attempts = 0;
  const queue = createAsyncQueue({ throttleDelayMs: 10, maxEventAgeMs: 600 });
  const attempt = async (): Promise<never> => {
    attempts += 1;
    throw throttled();
  };
  queue.add({ requestId: "1", functionArn: "arn", payload: Buffer.from("{}"), attempt });
  await until(() => queue.size === 0);
  // At 0, 10, 30, 70, 150 and 310 ms; a busy machine may make fewer.
  expect(attempts).toBeGreaterThanOrEqual(3);
  expect(attempts).toBeLessThanOrEqual(6);
});

test("gives up a throttled event at its maximum age, without an answer", async () => {
  await start({ throttleDelayMs: 10, maxEventAgeMs: 100 }, { reservedConcurrency: 0 });
  lambda.invokeAsync({ functionName: "fn", payload: "text" });
  await until(() => lambda.queued("fn") === 0);
  const [record] = lambda.deadLetters("fn");
  expect(record?.requestContext).toMatchObject({ condition: "EventAgeExceeded", approximateInvokeCount: 0 });
  expect(record?.requestPayload).toBe("text");
  expect(record).not.toHaveProperty("responsePayload");
});

test("rejects an event above 1 MB and an unknown function at once", async () => {
  await start({});
  expect(() => lambda.invokeAsync({ functionName: "fn", payload: "x".repeat(1_048_576) })).toThrow(
    /smaller than 1048576/,
  );
  expect(() => lambda.invokeAsync({ functionName: "gone" })).toThrow(/Function not found/);
});

test("stops while events wait for a retry", async () => {
  await start({ retryDelaysMs: [60_000] });
  lambda.invokeAsync({ functionName: "fn", payload: { do: "throw" } });
  await until(() => starts().length === 1);
});
