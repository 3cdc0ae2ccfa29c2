import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { MidguardEvent } from "@midguard/kernel";
import { eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fail, invoke } from "../../test/handlers.ts";
import { install, type Place, places, type Stack } from "../../test/install.ts";
import { captureLines, type ParsedLine, stubStreaming } from "../../test/lines.ts";
import { measureCall, metrics } from "../index.ts";
import { marginMs } from "./timeout.ts";

const lines = captureLines();
afterEach(() => {
  vi.unstubAllGlobals();
});

const timeoutMs = 120;
const hang = (): Promise<never> => new Promise(() => {});
const noEarlyTimeout = { timeoutEarlyInMillis: 0 };

/** The lines of a request, once the function's time is up for certain. */
async function linesOf(
  place: Place,
  stack: Stack,
  context: object = lambdaContext({ timeoutMs }),
): Promise<ParsedLine[]> {
  void invoke(install(place, stack), apiEvents.http(), context);
  await sleep(2 * timeoutMs);
  return lines.all();
}

describe.each(places)("a request that hangs until the function's timeout, by %s", (place) => {
  test.each<[string, Stack]>([
    ["in the handler", { handler: hang }],
    ["in the handler, without Middy's early timeout", { handler: hang, plugin: noEarlyTimeout }],
    ["in a before further in", { inner: { before: hang } }],
    ["in an after further in", { inner: { after: hang } }],
  ])("%s has its line, as a Timeout and a Fault", async (_name, stack) => {
    const [line, ...others] = await linesOf(place, stack);

    expect(others).toEqual([]);
    expect(line).toMatchObject({ Timeout: 1, Fault: 1, Error: 0, route: "GET /users/{id}" });
    expect(line).not.toHaveProperty("statusCode");
    expect(line?.Latency).toBeGreaterThan(timeoutMs / 4);
  });

  test("and is answered in place of Middy's error has the answer's status, and is a Timeout", async () => {
    const plugin = { timeoutEarlyResponse: () => ({ statusCode: 504 }) };
    expect(await linesOf(place, { handler: hang, plugin })).toMatchObject([{ Timeout: 1, Fault: 1, statusCode: 504 }]);
  });

  test("is the same for a queue", async () => {
    const handler = install(place, { handler: hang, plugin: noEarlyTimeout });
    void handler(otherEvents.sqs?.(), lambdaContext({ timeoutMs }));
    await sleep(2 * timeoutMs);
    expect(lines.all()).toMatchObject([{ Timeout: 1, Fault: 1, route: "aws:sqs" }]);
  });

  test("has its events and calls on time, too", async () => {
    const exceeded = { source: "default", key: "k", violated: [], retryAfterMs: 1, dryRun: false };
    const handler = async (): Promise<void> => {
      eventChannel<MidguardEvent>("rate-limit").publish({ type: "rate_limit.exceeded", ...exceeded });
      await measureCall("payments", () => 1);
      await hang();
    };
    expect(await linesOf(place, { handler, plugin: noEarlyTimeout })).toMatchObject([
      { Timeout: 1, Throttled: 1 },
      { dependency: "payments", DependencyLatency: expect.any(Number) },
    ]);
  });

  test("that ends after its line has no other", async () => {
    const handler = () => sleep(timeoutMs + 5, { statusCode: 200 });
    expect(await linesOf(place, { handler, plugin: noEarlyTimeout })).toMatchObject([{ Timeout: 1, Fault: 1 }]);
    expect(lines.all()).toHaveLength(1);
  });
});

describe.each(places)("no Timeout by %s", (place) => {
  test.each<[string, Stack, number]>([
    ["of an answer in time", {}, 1],
    ["of a 5xx in time", { handler: () => ({ statusCode: 503 }) }, 1],
    ["of an error in time", { handler: fail(new Error("boom")) }, 1],
    ["of an early return", { inner: { before: () => ({ statusCode: 304 }) } }, place === "use" ? 0 : 1],
    [
      "of an onError that throws",
      { handler: fail(new Error("boom")), inner: { onError: fail(new Error("worse")) } },
      place === "use" ? 0 : 1,
    ],
  ])("%s", async (_name, stack, count) => {
    expect(await linesOf(place, { ...stack, plugin: noEarlyTimeout })).toHaveLength(count);
    for (const line of lines.all()) expect(line).not.toHaveProperty("Timeout");
  });

  test.each<[string, object]>([
    ["a context without a timer", {}],
    ["a context whose time is up from the start", lambdaContext({ timeoutMs: 0 })],
    ["a durable execution, which may be suspended", { lambdaContext: lambdaContext({ timeoutMs }) }],
  ])("with %s", async (_name, context) => {
    const handler = () => sleep(timeoutMs + 5, { statusCode: 503 });
    expect(await linesOf(place, { handler, plugin: noEarlyTimeout }, context)).toMatchObject([
      { Fault: 1, statusCode: 503 },
    ]);
    expect(lines.all()[0]).not.toHaveProperty("Timeout");
  });
});

test("an onError that hangs is a Timeout for the plugin, and has no line by use", async () => {
  const stack = { handler: fail(new Error("boom")), inner: { onError: hang } };
  expect(await linesOf("both", stack)).toMatchObject([{ Timeout: 1, Fault: 1 }]);
  lines.raw.length = 0;
  expect(await linesOf("use", stack)).toEqual([]);
});

describe("a stream", () => {
  const plugin = { executionMode: executionModeStreamifyResponse, timeoutEarlyInMillis: 0 };

  test("whose body hangs has its status, and is a Timeout", async () => {
    stubStreaming();
    const handler = async () => ({ statusCode: 200, body: new Readable({ read() {} }) });
    expect(await linesOf("both", { plugin, handler })).toMatchObject([{ Timeout: 1, Fault: 1, statusCode: 200 }]);
  });

  test("whose handler hangs is a Timeout", async () => {
    stubStreaming();
    expect(await linesOf("both", { plugin, handler: hang })).toMatchObject([{ Timeout: 1, Fault: 1 }]);
  });

  test("whose handler throws has no line by the plugin, then or later", async () => {
    stubStreaming();
    expect(await linesOf("plugin", { plugin, handler: fail(new Error("boom")) })).toEqual([]);
  });
});

test("a timer that is left over from a frozen process emits nothing", async () => {
  const measured = metrics({ namespace: "Shop" });
  const context = lambdaContext({ timeoutMs });
  void invoke(install("use", { measured, handler: hang, plugin: noEarlyTimeout }), apiEvents.http(), context);
  // A frozen process wakes with its timers overdue.
  const until = performance.now() + timeoutMs + 1_100;
  while (performance.now() < until);
  await sleep(5);

  expect(lines.all()).toEqual([]);
});

test("a timer that fires early, after work that blocked the event loop, does not end the request", async () => {
  const handler = install("both", { handler: hang, plugin: noEarlyTimeout });
  const until = performance.now() + 2 * timeoutMs;
  while (performance.now() < until);
  void invoke(handler, apiEvents.http(), lambdaContext({ timeoutMs }));
  await sleep(2 * timeoutMs);
  await sleep(2 * timeoutMs);

  expect(lines.all()).toMatchObject([{ Timeout: 1 }]);
  expect(lines.all()[0]?.Latency).toBeGreaterThan(timeoutMs / 4);
});

test("the timer keeps no process alive", async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  void invoke(install("both", { handler: hang, plugin: noEarlyTimeout }));
  await Promise.resolve();
  expect(timers()).toBe(before);
});

test.each([
  [0, 10],
  [1, 1],
  [5, 3],
  [8, 6],
  [500, 10],
])("where Middy answers %d ms before the end, the line goes out %d ms before it", (earlyMs, margin) => {
  expect(marginMs(earlyMs)).toBe(margin);
});
