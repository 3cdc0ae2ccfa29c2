import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { type AsynchronousOptions, type LocalFunction, type LocalLambda, startLocalLambda } from "./index.ts";
import { call, fixtures, parse, processState, startFunction, until } from "./testing/run.ts";

let lambda: LocalLambda;
const start = async (fn: Partial<LocalFunction> = {}): Promise<void> => {
  lambda = await startFunction({ handler: "echo.handler", ...fn });
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const frozen = (): Promise<void> => until(() => lambda.environments("fn").every(({ state }) => state === "frozen"));
/** A killed process without a parent is a zombie (`Z`) until the machine's init sees its end. */
const ended = (pid: number): Promise<void> =>
  expect.poll(async () => ["Z", undefined].includes(await processState(pid))).toBe(true);
const sleep = (ms: number): Promise<unknown> => call(lambda, { do: "sleep", ms });

afterEach(() => lambda.stop());

describe("freezing", () => {
  test("stops the process between invocations: its interval does not tick", async () => {
    await start();
    const { ticks } = await call(lambda);
    await frozen();
    const [environment] = lambda.environments("fn");
    expect(await processState(environment?.pid)).toBe("T");
    await pause(1_000);
    // It missed a hundred ticks. A few fall between its answer and the stop, more on a busy machine.
    expect((await call(lambda)).ticks).toBeLessThanOrEqual(ticks + 30);
  });

  test("lets the process run while it works", async () => {
    await start();
    const { ticks } = await call(lambda, { do: "sleep", ms: 200 });
    expect(ticks).toBeGreaterThan(5);
  });

  test("leaves the process running if freezing is off", async () => {
    await start({ freeze: false });
    const { ticks } = await call(lambda);
    await until(() => lambda.environments("fn")[0]?.state === "idle");
    await pause(300);
    expect((await call(lambda)).ticks).toBeGreaterThan(ticks + 5);
  });

  test("never freezes an environment that serves several at once", async () => {
    await start({ maxConcurrency: 2 });
    await call(lambda);
    await until(() => lambda.environments("fn")[0]?.state === "idle");
  });
});

describe("routing", () => {
  test("serves invocations one after another in the same environment", async () => {
    await start();
    for (let n = 1; n <= 20; n += 1) expect((await call(lambda)).invocations).toBe(n);
    expect(lambda.environments("fn")).toHaveLength(1);
  });

  test("starts an environment for every overlapping invocation", async () => {
    await start();
    const answers = await Promise.all([call(lambda), call(lambda), call(lambda)]);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(3);
  });

  test("prefers the environment used last", async () => {
    await start();
    await Promise.all([sleep(50), sleep(50), sleep(50)]);
    await frozen();
    const last = lambda.environments("fn").at(-1);
    for (let n = 0; n < 5; n += 1) expect((await call(lambda)).pid).toBe(last?.pid);
    // Two at once also wake the second to last, which is then preferred.
    const second = lambda.environments("fn").at(-2);
    await Promise.all([sleep(50), sleep(100)]);
    await frozen();
    expect(lambda.environments("fn").at(-1)?.pid).toBe(second?.pid);
    expect((await call(lambda)).pid).toBe(second?.pid);
  });

  test("ends an environment that was unused for idleMs, and no other", async () => {
    await start({ idleMs: 1_000 });
    await Promise.all([sleep(50), sleep(50)]);
    const [unused, used] = lambda.environments("fn");
    while (lambda.environments("fn").length > 1) {
      await call(lambda);
      await pause(100);
    }
    expect(lambda.environments("fn").map(({ pid }) => pid)).toEqual([used?.pid]);
    expect(await processState(unused?.pid)).toBeUndefined();
  });

  test("fills an environment that serves several before it starts another", async () => {
    await start({ handler: "overlap.handler", maxConcurrency: 3 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => call(lambda, { ms: 200 })));
    expect(lambda.environments("fn")).toHaveLength(2);
    expect(Math.max(...answers.map(({ most }) => most))).toBe(3);
  });

  test("keeps an environment to its version", async () => {
    await start({ aliases: { live: "7" } });
    const [latest, live] = await Promise.all([
      lambda.invoke({ functionName: "fn" }),
      lambda.invoke({ functionName: "fn:live" }),
    ]);
    expect(parse(latest).env.AWS_LAMBDA_FUNCTION_VERSION).toBe("$LATEST");
    expect(live.executedVersion).toBe("7");
    expect(parse(live).env.AWS_LAMBDA_FUNCTION_VERSION).toBe("7");
    expect(parse(live).context.invokedFunctionArn).toMatch(/:fn:live$/);
    expect(parse(await lambda.invoke({ functionName: "fn", qualifier: "7" })).pid).toBe(parse(live).pid);
  });
});

describe("limits", () => {
  test("throttles above the reserved concurrency, and accepts more once a slot is free", async () => {
    await start({ reservedConcurrency: 2 });
    const both = Promise.all([sleep(100), sleep(100)]);
    await expect(call(lambda)).rejects.toMatchObject({
      code: "TooManyRequestsException",
      statusCode: 429,
      reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
    await both;
    expect(await call(lambda)).toMatchObject({ invocations: 2 });
    expect(lambda.environments("fn")).toHaveLength(2);
  });

  test("serves callers one after another with a reserved concurrency of one", async () => {
    await start({ reservedConcurrency: 1 });
    for (let n = 1; n <= 20; n += 1) expect((await call(lambda)).invocations).toBe(n);
  });

  test("kills a function at its timeout, and reports it as AWS does", async () => {
    await start({ timeoutMs: 1_000 });
    const { pid } = await call(lambda);
    const result = await lambda.invoke({ functionName: "fn", payload: { do: "sleep", ms: 60_000 }, logTail: true });
    expect(result.functionError).toBe("Unhandled");
    expect(parse(result)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(result.logTail).toMatch(new RegExp(`Z ${result.requestId} Task timed out after 1.00 seconds\n`));
    expect(result.logTail).toMatch(/REPORT .*\tStatus: timeout\t\n$/);
    expect(await processState(pid)).toBeUndefined();
    expect((await call(lambda)).invocations).toBe(1);
  });

  test("moves a waiting invocation to a new environment when its own hangs after an answer", async () => {
    await start({ timeoutMs: 1_000 });
    // Connections are open by then, so the answer is sent in the turn in which the handler ends.
    for (let n = 0; n < 5; n += 1) await call(lambda);
    const { pid } = await call(lambda, { do: "linger" });
    const next = await call(lambda);
    expect(next.pid).not.toBe(pid);
    expect(next.invocations).toBe(1);
    const reports = lambda.logs("fn").filter(({ line }) => line.startsWith("REPORT"));
    expect(reports[5]?.line).toMatch(/Status: timeout/);
  });

  test("reports a process that cannot be started", async () => {
    await start({ taskRoot: "/does/not/exist" });
    expect(await call(lambda)).toMatchObject({ errorType: "Runtime.InvalidEntrypoint" });
    expect(lambda.environments("fn")).toEqual([]);
  });

  test("ends an init that takes too long", async () => {
    await start({ handler: "init.handler", environment: { INIT: "hang" }, initTimeoutMs: 300 });
    expect(await call(lambda)).toMatchObject({ errorType: "Sandbox.Timedout" });
    expect(lambda.environments("fn")).toEqual([]);
  });

  test("rejects a response above 6 MB, and goes on", async () => {
    await start();
    const result = await call(lambda, { do: "large", bytes: 6_291_557 });
    expect(result).toEqual({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
    expect(await call(lambda, { do: "large", bytes: 6_291_000 })).toHaveLength(6_291_000);
  });

  test("rejects a payload above 6 MB", async () => {
    await start();
    await expect(call(lambda, "x".repeat(6_291_456))).rejects.toMatchObject({ code: "RequestTooLargeException" });
  });
});

describe("reports", () => {
  test("writes START, END and REPORT for each invocation, with the init in the first REPORT", async () => {
    await start();
    const first = await lambda.invoke({
      functionName: "fn",
      payload: { do: "print", text: "in between", times: 1 },
      logTail: true,
    });
    const id = first.requestId;
    expect(first.logTail?.split("\n")).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      "in between",
      `END RequestId: ${id}`,
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\t` +
            "Max Memory Used: [1-9]\\d+ MB\tInit Duration: [\\d.]+ ms\t$",
        ),
      ),
      "",
    ]);
    const second = await lambda.invoke({ functionName: "fn", logTail: true });
    expect(second.logTail).not.toContain("Init Duration");
    expect(lambda.logs("fn")[0]).toMatchObject({
      source: "platform",
      line: expect.stringMatching(/^INIT_START Runtime Version: nodejs:/),
    });
  });

  test("writes them as JSON events if that is the log format", async () => {
    await start({ logFormat: "JSON" });
    const { requestId, logTail } = await lambda.invoke({ functionName: "fn", payload: { do: "throw" }, logTail: true });
    const events = (logTail ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: "platform.start", record: { requestId, version: "$LATEST" } });
    expect(events.at(-1)).toMatchObject({
      type: "platform.report",
      record: {
        requestId,
        status: "error",
        errorType: "RangeError",
        metrics: {
          durationMs: expect.any(Number),
          billedDurationMs: expect.any(Number),
          memorySizeMB: 128,
          maxMemoryUsedMB: expect.any(Number),
          initDurationMs: expect.any(Number),
        },
      },
    });
  });

  test("writes a failed init as a JSON event", async () => {
    await start({ handler: "init.handler", environment: { INIT: "throw" }, logFormat: "JSON" });
    await call(lambda);
    const events = lambda.logs("fn").flatMap(({ source, line }) => (source === "platform" ? [JSON.parse(line)] : []));
    expect(events).toEqual([
      expect.objectContaining({ type: "platform.initStart" }),
      expect.objectContaining({
        type: "platform.initReport",
        record: expect.objectContaining({ phase: "init", status: "error" }),
      }),
    ]);
  });

  test("keeps at most keepLogLines lines, give or take a quarter", async () => {
    lambda = await startFunction({ handler: "echo.handler" }, { keepLogLines: 8 });
    const { requestId } = await lambda.invoke({
      functionName: "fn",
      payload: { do: "print", text: "x\n", times: 50 },
      logTail: true,
    });
    expect(lambda.logs("fn").length).toBeLessThanOrEqual(10);
    expect(lambda.logs("fn").at(-1)).toMatchObject({ source: "platform", requestId });
  });

  test("keeps the last 4 KB as the tail", async () => {
    await start();
    const { logTail } = await lambda.invoke({
      functionName: "fn",
      payload: { do: "print", text: "x", times: 9_000 },
      logTail: true,
    });
    expect(logTail).toHaveLength(4_096);
    expect(logTail).toMatch(/\nREPORT .*\n$/);
  });
});

describe("the end", () => {
  test("kills every environment, frozen or busy, and answers waiting callers", async () => {
    await start();
    await Promise.all([sleep(50), sleep(50)]);
    await frozen();
    const waiting = call(lambda, { do: "sleep", ms: 60_000 });
    await until(() => lambda.environments("fn").some(({ state }) => state === "busy"));
    const pids = lambda.environments("fn").map(({ pid }) => pid);
    await lambda.stop();
    expect(await waiting).toMatchObject({ errorType: "Runtime.ExitError" });
    for (const pid of pids) expect(await processState(pid)).toBeUndefined();
  });

  test.each([
    ["with the function's variables", {}],
    ["without variables", { env: {} }],
  ])("ends a process that the function detached, %s", async (_, event) => {
    await start();
    const pid = await call(lambda, { do: "detach", ...event });
    await expect.poll(() => processState(pid)).toBe("S");
    await lambda.stop();
    await ended(pid);
  });

  test("ends a detached process when the function ends by itself", async () => {
    await start();
    const pid = await call(lambda, { do: "detach" });
    await call(lambda, { do: "exit" });
    await ended(pid);
  });

  test("leaves no process behind when the process that runs it is killed", async () => {
    await start();
    const parent = spawn(process.execPath, ["--conditions=@midguard/source", `${fixtures}/parent.ts`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pids = line.toString().trim().split(" ").map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(await processState(pid)).toBeDefined();
    parent.kill("SIGKILL");
    for (const pid of pids) while ((await processState(pid)) !== undefined) await pause(10);
  });
});

test("answers an invocation whose environment was stopped before it began", async () => {
  await start();
  const waiting = call(lambda);
  await lambda.stop();
  expect(await waiting).toMatchObject({ errorType: "Sandbox.Failure" });
});

test("answers an invocation that arrives after the stop", async () => {
  await start();
  await lambda.stop();
  expect(await call(lambda)).toMatchObject({ errorType: "Sandbox.Failure" });
});

describe("options", () => {
  test.each([
    [{ handler: "" }, /functions\.fn\.handler must be a non-empty string/],
    [{ timeoutMs: Number.NaN }, /functions\.fn\.timeoutMs must be at least 1, got NaN/],
    [{ timeoutMs: "3" as unknown as number }, /functions\.fn\.timeoutMs must be a number, got 3/],
    [{ maxConcurrency: 0 }, /functions\.fn\.maxConcurrency must be at least 1, got 0/],
    [{ maxConcurrency: 2, workerThreads: 0 }, /functions\.fn\.workerThreads must be at least 1, got 0/],
    [{ workerThreads: 2 }, /functions\.fn\.workerThreads needs maxConcurrency/],
    [{ reservedConcurrency: -1 }, /functions\.fn\.reservedConcurrency must be at least 0, got -1/],
    [{ logFormat: "XML" as "JSON" }, /functions\.fn\.logFormat must be "Text" or "JSON", got XML/],
    [{ asynchronous: { maxRetries: -1 } }, /asynchronous\.maxRetries must be at least 0, got -1/],
    [{ asynchronous: { retries: 1 } as AsynchronousOptions }, /asynchronous: unknown option retries/],
    [{ memory: 128 } as Partial<LocalFunction>, /functions\.fn: unknown option memory/],
  ])("rejects %j", async (fn, message) => {
    await start();
    await expect(startFunction({ handler: "echo.handler", ...fn })).rejects.toThrow(message);
  });

  test("rejects a name that Lambda would reject", async () => {
    await start();
    const functions = { "a b": { handler: "a.b", taskRoot: fixtures } };
    await expect(startLocalLambda({ functions })).rejects.toThrow(/function name must match/);
    const unknown = { functions: {}, zone: "a" };
    await expect(startLocalLambda(unknown)).rejects.toThrow(/startLocalLambda: unknown option zone/);
  });
});
