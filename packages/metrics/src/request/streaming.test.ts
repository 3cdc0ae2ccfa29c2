import { Readable } from "node:stream";
import type middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import httpErrorHandler from "@middy/http-error-handler";
import { currentInvocation } from "@midguard/kernel";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stubMonotonicClock } from "../../test/clock.ts";
import { fail, invoke, NotFound } from "../../test/handlers.ts";
import { install } from "../../test/install.ts";
import { captureLines, stubStreaming } from "../../test/lines.ts";

const lines = captureLines();
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a stream", () => {
  const plugin = { executionMode: executionModeStreamifyResponse };

  let now = 5_000;
  beforeEach(() => {
    stubMonotonicClock(() => now);
  });

  async function* slowly(): AsyncGenerator<string> {
    yield "first ";
    now += 100;
    yield "last";
  }

  test.each([
    ["use", 0],
    ["plugin", 100],
    ["both", 100],
  ] as const)("by %s is measured for %d ms of the 100 it takes", async (place, latency) => {
    const { chunks } = stubStreaming();
    await invoke(install(place, { plugin, handler: async () => ({ statusCode: 200, body: Readable.from(slowly()) }) }));

    expect(Buffer.concat(chunks).toString()).toBe("first last");
    expect(lines.all()).toMatchObject([{ Latency: latency, Fault: 0, Error: 0, statusCode: 200 }]);
  });

  test.each([
    ["use", 1],
    ["plugin", 0],
    ["both", 1],
  ] as const)("whose handler throws has, by %s, %d lines", async (place, count) => {
    stubStreaming();
    const result = await invoke(install(place, { plugin, handler: fail(new Error("boom")) }));

    expect(result).toMatchObject({ message: "boom" });
    expect(lines.all()).toMatchObject(Array.from({ length: count }, () => ({ Fault: 1, Error: 0 })));
  });

  test("whose handler throws and is answered by a stream has one line, with the answer and its time", async () => {
    stubStreaming();
    const inner: middy.MiddlewareObj = {
      onError: (request) => {
        request.response = { statusCode: 404, body: Readable.from(slowly()) };
      },
    };
    await invoke(install("both", { plugin, handler: fail(new NotFound("no")), inner }));

    expect(lines.all()).toMatchObject([{ Latency: 100, Fault: 0, Error: 1, statusCode: 404 }]);
  });

  async function* broken(): AsyncGenerator<string> {
    yield "first";
    throw new Error("lost the database");
  }

  test.each([
    ["use", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 0],
    ["plugin", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 1],
    ["both", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 1],
    ["both", "a bare stream", (body: Readable) => body, 1],
  ] as const)("that breaks off is, by %s and of %s, a fault or not", async (place, _name, answer, expected) => {
    stubStreaming();
    const handler = install(place, { plugin, handler: async () => answer(Readable.from(broken())) });
    const result = await invoke(handler);

    expect(result).toMatchObject({ message: "lost the database" });
    expect(lines.all()).toMatchObject([{ Fault: expected, Error: 0, statusCode: 200 }]);
  });

  test("of a string is a success", async () => {
    stubStreaming();
    await invoke(install("both", { plugin, handler: async () => "text" }));

    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 0, statusCode: 200 }]);
  });
});

describe("the deadline of a streaming handler", () => {
  const functionMs = 15 * 60_000;

  /** Milliseconds left in the handler, on a REST API, when the request has been under way for `ageMs`. */
  async function remainingMs(ageMs: number, plugin: middy.PluginObject): Promise<number | undefined> {
    stubStreaming();
    const event = apiEvents.rest() as { requestContext: object };
    const requestContext = { ...event.requestContext, requestTimeEpoch: Date.now() - ageMs };
    let left: number | undefined;
    const handler = async (): Promise<string> => {
      left = currentInvocation()?.remainingMs();
      return "text";
    };
    const context = lambdaContext({ timeoutMs: functionMs - ageMs });
    await install("both", { plugin, handler })({ ...event, requestContext }, context);
    return left;
  }

  test.each([0, 60_000])(
    "is the function's own, not the 29 s of a REST API, %d ms after the request",
    async (ageMs) => {
      const left = await remainingMs(ageMs, { executionMode: executionModeStreamifyResponse });
      expect(left).toBeGreaterThan(functionMs - ageMs - 10_000);
      expect(left).toBeLessThanOrEqual(functionMs - ageMs);
    },
  );

  test("is the 29 s of a REST API without streaming", async () => {
    expect(await remainingMs(0, {})).toBeLessThanOrEqual(29_000);
  });
});

test("an answer that is no stream does not break off", async () => {
  await install("both", { handler: async () => ({ statusCode: 200, errored: new Error("a field of the user's") }) })();

  expect(lines.all()).toMatchObject([{ Fault: 0 }]);
});

test("a custom execution mode is no stream", async () => {
  const { executionModeStandard } = await import("@middy/core/Standard");
  await invoke(
    install("both", {
      plugin: { executionMode: executionModeStandard },
      handler: fail(new NotFound("no")),
      outer: httpErrorHandler({ logger: false }),
    }),
  );

  expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1, statusCode: 404 }]);
});
