import { setTimeout as sleep } from "node:timers/promises";
import httpErrorHandler from "@middy/http-error-handler";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { fail, invoke, NotFound } from "../test/handlers.ts";
import { install, type Place, places, type Stack } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";

const lines = captureLines();

type Expected = readonly [fault: number, error: number, statusCode?: number] | "no line";
const success: Expected = [0, 0, 200];
const fault: Expected = [1, 0];

interface Scenario extends Stack {
  readonly expected: Readonly<Record<Place, Expected>>;
  readonly timeoutMs?: number;
}

function everywhere(expected: Expected): Scenario["expected"] {
  return { use: expected, plugin: expected, both: expected };
}

function notByUse(expected: Expected): Scenario["expected"] {
  return { use: "no line", plugin: expected, both: expected };
}

const errorHandler = httpErrorHandler({ logger: false });

const scenarios: Record<string, Scenario> = {
  "a 2xx": { expected: everywhere(success) },
  "a payload 2.0 shorthand": { handler: async () => ({ id: 7 }), expected: everywhere(success) },
  "a 4xx": { handler: async () => ({ statusCode: 404 }), expected: everywhere([0, 1, 404]) },
  "a 5xx": { handler: async () => ({ statusCode: 503 }), expected: everywhere([1, 0, 503]) },
  "a handler that throws": { handler: fail(new Error("boom")), expected: everywhere(fault) },
  "a handler that throws undefined": {
    handler: fail(undefined),
    // Middy keeps the error, but `undefined` is no error: only an onError sees that the request failed.
    expected: { use: fault, plugin: success, both: fault },
  },
  "an onError that assigns": {
    handler: fail(new Error("boom")),
    inner: {
      onError: (request) => {
        request.response = { statusCode: 418 };
      },
    },
    expected: everywhere([0, 1, 418]),
  },
  "http-error-handler inside": {
    handler: fail(new NotFound("no such order")),
    inner: errorHandler,
    expected: everywhere([0, 1, 404]),
  },
  "http-error-handler outside": {
    handler: fail(new NotFound("no such order")),
    outer: errorHandler,
    expected: everywhere([0, 1, 404]),
  },
  "a 4xx error that no hook answers": {
    handler: fail(new NotFound("no such order")),
    // The client gets the gateway's 5xx. A middleware cannot know that none further out will answer.
    expected: { use: [0, 1, 404], plugin: fault, both: fault },
  },
  "an onError that returns": {
    handler: fail(new Error("boom")),
    inner: { onError: () => ({ statusCode: 404 }) },
    expected: notByUse([0, 1, 404]),
  },
  "an onError that throws": {
    handler: fail(new Error("boom")),
    inner: { onError: fail(new Error("worse")) },
    expected: notByUse(fault),
  },
  "an onError that throws over an answer": {
    handler: fail(new NotFound("no such order")),
    inner: {
      ...errorHandler,
      after: () => undefined,
      onError: (request) => {
        errorHandler.onError?.(request);
        throw new Error("worse");
      },
    },
    expected: notByUse(fault),
  },
  "an onError further out that throws over an answer": {
    handler: fail(new NotFound("no such order")),
    inner: errorHandler,
    outer: { onError: fail(new Error("worse")) },
    expected: { use: [0, 1, 404], plugin: fault, both: fault },
  },
  "an inner after that returns": {
    inner: { after: () => ({ statusCode: 404 }) },
    expected: notByUse([0, 1, 404]),
  },
  "an inner after that throws": { inner: { after: fail(new Error("boom")) }, expected: everywhere(fault) },
  "an outer before that throws": { outer: { before: fail(new Error("boom")) }, expected: notByUse(fault) },
  "an outer after that throws": {
    outer: { after: fail(new Error("boom")) },
    expected: { use: success, plugin: fault, both: fault },
  },
  "an early return": { inner: { before: () => ({ statusCode: 304 }) }, expected: notByUse([0, 0, 304]) },
  "an early return further out": { outer: { before: () => ({ statusCode: 304 }) }, expected: notByUse([0, 0, 304]) },
  "an early timeout": {
    handler: () => sleep(200),
    timeoutMs: 30,
    expected: everywhere(fault),
  },
  "an early timeout that is answered": {
    handler: () => sleep(200),
    timeoutMs: 30,
    plugin: { timeoutEarlyResponse: () => ({ statusCode: 504 }) },
    expected: everywhere([1, 0, 504]),
  },
};

describe.each(Object.entries(scenarios))("%s", (_name, { expected, timeoutMs = 3_000, ...stack }) => {
  test.each(places)("by %s", async (place) => {
    await invoke(install(place, stack), apiEvents.http(), lambdaContext({ timeoutMs }));

    const [line, ...others] = lines.all();
    expect(others).toEqual([]);
    const seen: Expected =
      line === undefined
        ? "no line"
        : ([line.Fault, line.Error, ...("statusCode" in line ? [line.statusCode] : [])] as unknown as Expected);
    expect(seen).toEqual(expected[place]);
  });
});

describe("events that are no API request", () => {
  test.each(Object.entries(otherEvents))(
    "%s: one line, a status is no error, a throw is a fault",
    async (_name, event) => {
      await invoke(install("both", { handler: async () => ({ statusCode: 404 }) }), event());
      await invoke(install("both", { handler: fail(new NotFound("no")) }), event());
      await invoke(install("use", { handler: fail(new NotFound("no")) }), event());

      expect(lines.all()).toMatchObject([
        { Fault: 0, Error: 0 },
        { Fault: 1, Error: 0 },
        { Fault: 1, Error: 0 },
      ]);
      for (const line of lines.all()) expect(line).not.toHaveProperty("statusCode");
    },
  );
});

describe("what cannot be read fails no request and counts as absent", () => {
  /** An object of which no field can be read. */
  const trap: object = new Proxy(
    {},
    {
      get(_target, name) {
        // Middy awaits what a handler returns.
        if (name === "then") return undefined;
        throw new Error(`trap: ${String(name)}`);
      },
    },
  );

  test.each(places)("as a response, by %s: one line, as without a status", async (place) => {
    expect(await install(place, { handler: () => trap })()).toBe(trap);
    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 0, statusCode: 200 }]);
  });

  test.each(places)("as an error, by %s: one line, as a fault", async (place) => {
    expect(await invoke(install(place, { handler: fail(trap) }))).toBe(trap);
    expect(lines.all()).toMatchObject([{ Fault: 1, Error: 0 }]);
  });

  test.each(places)("as an error over an answer, by %s: one line, as answered", async (place) => {
    const inner: Stack["inner"] = {
      onError: (request) => {
        request.response = { statusCode: 404 };
      },
    };
    expect(await invoke(install(place, { handler: fail(trap), inner }))).toEqual({ statusCode: 404 });
    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1 }]);
  });
});
