import { apiEvents } from "@midguard/kernel/testing";
import { type LocalLambda, type LogLine, startLocalLambda } from "@midguard/local-lambda";
import { validateEmf } from "@midguard/metrics/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runtimes } from "./support/runtimes.ts";

/** A real process, killed at the function's timeout: its request's line must be out by then. */
describe.each(runtimes)("under $client", ({ config }) => {
  let lambda: LocalLambda;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    const exported = (handler: string) => ({
      handler: `functions/waiting.${handler}`,
      taskRoot: import.meta.dirname,
      environment: { NODE_OPTIONS: "--conditions=@midguard/source" },
      timeoutMs: 700,
      ...config,
    });
    lambda = await startLocalLambda({
      onLog: (line) => lines.push(line),
      functions: {
        early: exported("early"),
        late: exported("late"),
        used: exported("used"),
        unseen: exported("unseen"),
      },
    });
  });
  beforeEach(() => {
    lines.length = 0;
  });
  afterAll(() => lambda.stop());

  /** The lines of the request so far, as they come through the pipe. */
  function logged() {
    const written = lines.map(({ line }) => line).filter((line) => line.includes('"_aws"'));
    expect(written.flatMap((line) => validateEmf(line))).toEqual([]);
    return written.map((line) => JSON.parse(line));
  }

  /** Invokes, and returns the type of the failure. */
  async function invoke(functionName: string, at: string): Promise<string> {
    const event = { ...apiEvents.http(), queryStringParameters: { at } };
    const { payload } = await lambda.invoke({ functionName, payload: event });
    return JSON.parse(payload.toString()).errorType;
  }

  const isReported = () => lines.some(({ source, line }) => source === "platform" && line.includes("Status: timeout"));

  async function expectLine(functionName: string, at: string): Promise<void> {
    lines.length = 0;
    expect(await invoke(functionName, at)).toBe("Sandbox.Timedout");

    await expect.poll(() => logged()[0]).toMatchObject({ Timeout: 1, Fault: 1, Error: 0, service: "waiting" });
    expect(logged()[0]).toMatchObject({ route: "GET /users/{id}", Latency: expect.any(Number) });
    expect(logged()[0].Latency).toBeGreaterThan(350);
    const others = at === "handler" ? [{ dependency: "database" }] : [];
    await expect.poll(() => logged().slice(1)).toMatchObject(others);
  }

  test.each([
    ["late", "handler"],
    ["late", "before"],
    ["late", "after"],
    ["early", "before"],
    ["early", "after"],
  ])("%s: a request that hangs in its %s has its line before the kill", expectLine);

  // The line is due 3 ms before the kill. A machine that is busy with other tests takes longer about once in 30 times.
  test.each(["handler", "before", "after"])(
    "used: a request that hangs in its %s has its line before the kill",
    { retry: 3 },
    (at) => expectLine("used", at),
  );

  test("early: Middy ends a handler that hangs, and its line is a Timeout", async () => {
    expect(await invoke("early", "handler")).toBe("TimeoutError");
    await expect.poll(logged).toMatchObject([{ Timeout: 1, Fault: 1 }, { dependency: "database" }]);
  });

  test.each([
    ["late", "loop"],
    ["unseen", "before"],
  ])("%s: a request that hangs in its %s has no line, only Lambda's report", async (functionName, at) => {
    expect(await invoke(functionName, at)).toBe("Sandbox.Timedout");
    await expect.poll(isReported).toBe(true);
    expect(logged()).toEqual([]);
  });

  test("a request after the timeout is measured as ever, as a cold start", async () => {
    await invoke("late", "handler");
    lines.length = 0;
    await invoke("late", "nowhere");
    await expect
      .poll(logged)
      .toMatchObject([{ Fault: 0, ColdStart: 1, InitDuration: expect.any(Number), statusCode: 200 }]);
    expect(logged()[0]).not.toHaveProperty("Timeout");
  });
});
