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

  /** The type of the failure, and the lines of the request. */
  async function invoke(functionName: string, at: string) {
    const event = { ...apiEvents.http(), queryStringParameters: { at } };
    const { payload } = await lambda.invoke({ functionName, payload: event });
    const written = lines.map(({ line }) => line).filter((line) => line.includes('"_aws"'));
    expect(written.flatMap((line) => validateEmf(line))).toEqual([]);
    const logged = written.map((line) => JSON.parse(line));
    return { errorType: JSON.parse(payload.toString()).errorType, logged };
  }

  test.each([
    ["late", "handler"],
    ["late", "before"],
    ["late", "after"],
    ["early", "before"],
    ["early", "after"],
    ["used", "handler"],
    ["used", "before"],
    ["used", "after"],
  ])("%s: a request that hangs in its %s has its line before the kill", async (functionName, at) => {
    const { errorType, logged } = await invoke(functionName, at);

    expect(errorType).toBe("Sandbox.Timedout");
    expect(logged[0]).toMatchObject({ Timeout: 1, Fault: 1, Error: 0, route: "GET /users/{id}", service: "waiting" });
    expect(logged[0].Latency).toBeGreaterThan(350);
    expect(logged.slice(1)).toMatchObject(at === "handler" ? [{ dependency: "database" }] : []);
  });

  test("early: Middy ends a handler that hangs, and its line is a Timeout", async () => {
    const { errorType, logged } = await invoke("early", "handler");
    expect(errorType).toBe("TimeoutError");
    expect(logged).toMatchObject([{ Timeout: 1, Fault: 1 }, { dependency: "database" }]);
  });

  test.each([
    ["late", "loop"],
    ["unseen", "before"],
  ])("%s: a request that hangs in its %s has no line, only Lambda's report", async (functionName, at) => {
    const { errorType, logged } = await invoke(functionName, at);
    expect(errorType).toBe("Sandbox.Timedout");
    expect(logged).toEqual([]);
    expect(lines.some(({ source, line }) => source === "platform" && line.includes("Status: timeout"))).toBe(true);
  });

  test("a request after the timeout is measured as ever, as a cold start", async () => {
    await invoke("late", "handler");
    lines.length = 0;
    const { logged } = await invoke("late", "nowhere");
    expect(logged).toMatchObject([{ Fault: 0, ColdStart: 1, InitDuration: expect.any(Number), statusCode: 200 }]);
    expect(logged[0]).not.toHaveProperty("Timeout");
  });
});
