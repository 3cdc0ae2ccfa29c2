import { Metrics } from "@aws-lambda-powertools/metrics";
import { apiEvents, otherEvents } from "@midguard/kernel/testing";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { stubMonotonicClock } from "../test/clock.ts";
import { fail, invoke, NotFound } from "../test/handlers.ts";
import { install } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { type MetricsOptions, metrics } from "./index.ts";

const lines = captureLines();
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});

async function lineOf(
  options: MetricsOptions,
  event?: unknown,
  handler: () => unknown = () => ({ statusCode: 200 }),
): Promise<Record<string, unknown>> {
  const measured = metrics({ namespace: "Shop", service: "orders", ...options });
  await invoke(install("both", { measured, handler }), event);
  const { _aws, ...members } = lines.all().at(-1) ?? { _aws: undefined };
  return { ...members, sets: _aws?.CloudWatchMetrics[0]?.Dimensions };
}

test("application-signals is the default", async () => {
  expect(Object.keys(await lineOf({ names: "application-signals" }))).toEqual(Object.keys(await lineOf({})));
});

test("api-gateway: Latency, 5XXError and 4XXError as shares, and Count", async () => {
  const names = "api-gateway";
  expect(await lineOf({ names }, undefined, () => ({ statusCode: 404 }))).toMatchObject({
    Count: 1,
    "4XXError": 1,
    "5XXError": 0,
  });
  expect(await lineOf({ names }, undefined, () => ({ statusCode: 503 }))).toMatchObject({
    Count: 1,
    "4XXError": 0,
    "5XXError": 1,
  });
  expect(await lineOf({ names })).toEqual({
    sets: [["service", "route"], ["service"]],
    service: "orders",
    route: "GET /users/{id}",
    requestId: expect.any(String),
    statusCode: 200,
    Latency: expect.any(Number),
    "4XXError": 0,
    "5XXError": 0,
    Count: 1,
  });
});

describe("powertools", () => {
  test("has the metrics and the route of its event handler", async () => {
    expect(await lineOf({ names: "powertools" })).toMatchObject({
      sets: [["service", "route"], ["service"]],
      route: "GET /users/:id",
      latency: expect.any(Number),
      fault: 0,
      error: 0,
    });
  });

  test.each([
    ["/files/{path+}", "GET /files/:path"],
    ["/users/{id}/orders/{order}", "GET /users/:id/orders/:order"],
    [undefined, "NOT_FOUND"],
  ])("writes the template %s as %s", async (template, route) => {
    const event = template === undefined ? apiEvents.alb() : { ...apiEvents.rest(), resource: template };
    expect(await lineOf({ names: "powertools" }, event)).toMatchObject({ route });
  });
});

describe("otel", () => {
  const names = "otel";

  test("has the semantic conventions' metric, in seconds, and attributes", async () => {
    let now = 5_000;
    stubMonotonicClock(() => now);
    const handler = () => {
      now += 17.35;
      return { statusCode: 200 };
    };
    expect(await lineOf({ names }, undefined, handler)).toEqual({
      sets: [["service.name", "http.request.method", "http.route"], ["service.name"]],
      "service.name": "orders",
      "http.request.method": "GET",
      "http.route": "/users/{id}",
      "http.response.status_code": 200,
      "faas.invocation.id": expect.any(String),
      "http.server.request.duration": 0.01735,
      "midguard.request.faults": 0,
      "midguard.request.errors": 0,
    });
  });

  test("knows a few methods", async () => {
    expect(await lineOf({ names }, { ...apiEvents.alb(), httpMethod: "MADE-UP" })).toMatchObject({
      "http.request.method": "_OTHER",
      "http.route": "UNMATCHED",
    });
  });

  class OutOfStock extends Error {
    override name = "OutOfStock";
  }
  test.each<[string, () => unknown, string | undefined]>([
    ["a success", () => ({ statusCode: 200 }), undefined],
    ["a 4xx, which is no error of the server", () => ({ statusCode: 404 }), undefined],
    ["a 5xx", () => ({ statusCode: 503 }), "503"],
    ["a throw", fail(new OutOfStock("boom")), "OutOfStock"],
    ["a throw of a 4xx that nothing answers", fail(new NotFound("no")), "Error"],
    ["a throw of text", fail("boom"), "_OTHER"],
    [
      "a throw of an error with a long name",
      fail(Object.assign(new Error("boom"), { name: "a".repeat(101) })),
      "_OTHER",
    ],
  ])("%s has the error.type that it should", async (_name, handler, type) => {
    expect((await lineOf({ names }, undefined, handler))["error.type"]).toBe(type);
  });

  test("a batch that failed as a whole has an error.type", async () => {
    const event = otherEvents.sqs?.() as { Records: { messageId: string }[] };
    const batchItemFailures = event.Records.map(({ messageId }) => ({ itemIdentifier: messageId }));
    expect(await lineOf({ names }, event, () => ({ batchItemFailures }))).toMatchObject({
      "error.type": "_OTHER",
      "midguard.batch.item_failures": event.Records.length,
    });
  });

  test.each([
    ["sqs", "pubsub"],
    ["sns", "pubsub"],
    ["kafka", "pubsub"],
    ["kinesis", "pubsub"],
    ["eventBridge", "pubsub"],
    ["s3", "datasource"],
    ["dynamodb", "datasource"],
    ["schedule", "timer"],
    ["direct", "other"],
  ])("an event of %s has the trigger %s, and the duration of an invocation", async (kind, trigger) => {
    expect(await lineOf({ names }, otherEvents[kind]?.())).toEqual({
      sets: [["service.name", "faas.trigger"], ["service.name"]],
      "service.name": "orders",
      "faas.trigger": trigger,
      "faas.invocation.id": expect.any(String),
      "faas.invoke_duration": expect.any(Number),
      "midguard.request.faults": 0,
      "midguard.request.errors": 0,
    });
  });

  test("replaces the user's service, and keeps other default dimensions", async () => {
    const defaultsFrom = new Metrics({ namespace: "Shop", serviceName: "carts", defaultDimensions: { stage: "prod" } });
    expect(await lineOf({ names, service: undefined, defaultsFrom })).toMatchObject({
      sets: [
        ["service.name", "stage", "http.request.method", "http.route"],
        ["service.name", "stage"],
      ],
      "service.name": "carts",
    });
  });

  test("keeps places for as many dimensions as it has", async () => {
    const defaultDimensions = Object.fromEntries(Array.from({ length: 28 }, (_, n) => [`d${n}`, "v"]));
    const defaultsFrom = new Metrics({ namespace: "Shop", defaultDimensions });
    const { sets } = await lineOf({ names, defaultsFrom });
    expect((sets as string[][]).map((set) => set.length)).toEqual([29, 27]);
  });

  test("reserves its own names, not the default's", async () => {
    const properties = () => ({ Latency: "mine", "http.route": "mine" });
    expect(await lineOf({ names, properties })).toMatchObject({ Latency: "mine", "http.route": "/users/{id}" });
  });
});

test("two that differ in names alone emit a line each", async () => {
  const named = (["application-signals", "otel"] as const).map((names) => metrics({ namespace: "Shop", names }));
  await install("use", { measured: named[0] as never, outer: named[1] as never })();
  expect(lines.all().map((line) => Object.keys(line).some((name) => name.startsWith("http.")))).toEqual([false, true]);
});
