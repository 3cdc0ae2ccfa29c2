import { Metrics } from "@aws-lambda-powertools/metrics";
import type { MidguardEvent } from "@midguard/kernel";
import { eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { dataOf, problemsOf } from "../test/emf.ts";
import { install, places } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { metrics } from "./index.ts";

const lines = captureLines();
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});

describe("the judge of lines", () => {
  const directive = {
    Namespace: "Shop",
    Dimensions: [["service"]],
    Metrics: [{ Name: "Latency", Unit: "Milliseconds" }],
  };
  const valid = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, service: "orders", Latency: 1 };
  const withDirective = (changes: object): object => ({
    ...valid,
    _aws: { ...valid._aws, CloudWatchMetrics: [{ ...directive, ...changes }] },
  });
  const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `d${n}`);

  test("finds nothing in a valid line", () => {
    expect(problemsOf(JSON.stringify(valid))).toEqual([]);
  });

  test.each<[string, object | string]>([
    ["no JSON", "{"],
    ["no object", "7"],
    ["no envelope", { ...valid, _aws: "mine" }],
    ["no directive", { ...valid, _aws: { Timestamp: Date.now(), CloudWatchMetrics: [] } }],
    ["null as a timestamp", { ...valid, _aws: { ...valid._aws, Timestamp: null } }],
    ["an old timestamp", { ...valid, _aws: { ...valid._aws, Timestamp: Date.now() - 15 * 86_400_000 } }],
    ["a future timestamp", { ...valid, _aws: { ...valid._aws, Timestamp: Date.now() + 3 * 3_600_000 } }],
    ["an empty namespace", withDirective({ Namespace: "" })],
    ["a namespace of AWS's", withDirective({ Namespace: "AWS/Lambda" })],
    ["a namespace with a ?", withDirective({ Namespace: "Shop?" })],
    ["no dimension sets", withDirective({ Dimensions: [] })],
    [
      "31 dimensions",
      { ...withDirective({ Dimensions: [names(31)] }), ...Object.fromEntries(names(31).map((n) => [n, "v"])) },
    ],
    ["a set twice", withDirective({ Dimensions: [["service"], ["service"]] })],
    ["a dimension twice", withDirective({ Dimensions: [["service", "service"]] })],
    ["a dimension without value", withDirective({ Dimensions: [["route"]] })],
    ["a number as a dimension", { ...valid, service: 7 }],
    ["a dimension that is not ASCII", { ...valid, service: "café" }],
    ["a blank dimension", { ...valid, service: " " }],
    ["a long dimension", { ...valid, service: "x".repeat(1_025) }],
    ["no metrics", withDirective({ Metrics: [] })],
    ["a metric without value", { ...valid, Latency: undefined }],
    ["null as a value", { ...valid, Latency: Number.NaN }],
    ["text as a value", { ...valid, Latency: "1" }],
    ["101 values", { ...valid, Latency: Array.from({ length: 101 }, () => 1) }],
    ["a value beyond 2^360", { ...valid, Latency: 1e200 }],
    ["an unknown unit", withDirective({ Metrics: [{ Name: "Latency", Unit: "Hours" }] })],
    ["an unknown resolution", withDirective({ Metrics: [{ Name: "Latency", StorageResolution: 30 }] })],
    ["a metric twice", withDirective({ Metrics: [{ Name: "Latency" }, { Name: "Latency" }] })],
    ["a dimension that is a metric", withDirective({ Metrics: [{ Name: "service" }] })],
    ["more than 1 MB", { ...valid, blob: "x".repeat(1_048_576) }],
  ])("finds %s", (_name, line) => {
    expect(problemsOf(typeof line === "string" ? line : JSON.stringify(line))).not.toEqual([]);
  });
});

test("CloudWatch makes six data of a request: each metric by service, and by service and route", async () => {
  await install("both", { handler: async () => ({ statusCode: 404 }) })();
  const data = dataOf(lines.raw[0] ?? "");

  expect(data).toHaveLength(6);
  expect(data).toContainEqual({
    namespace: "Shop",
    dimensions: { service: "orders" },
    name: "Error",
    unit: "Count",
    value: 1,
  });
  expect(data).toContainEqual({
    namespace: "Shop",
    dimensions: { service: "orders", route: "GET /users/{id}" },
    name: "Latency",
    unit: "Milliseconds",
    value: expect.any(Number),
  });
});

const realEvents = fc.constantFrom(...Object.values(apiEvents), ...Object.values(otherEvents)).map((make) => make());
const events = fc.oneof(
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
  // A real event with something else in some place: closest to what deep readers trip over.
  fc
    .tuple(
      realEvents,
      fc.dictionary(
        fc.constantFrom("requestContext", "Records", "httpMethod", "resource", "detail-type", "source"),
        fc.anything(),
      ),
    )
    .map(([event, changes]) => ({ ...event, ...changes })),
);

test("10,000 random events and answers emit one valid line each, and no answer changes", async () => {
  const answer = { current: undefined as unknown };
  const handlers = places.map((place) => install(place, { handler: () => answer.current }));
  const answers = fc.oneof(fc.anything({ withNullPrototype: true }), fc.record({ statusCode: fc.anything() }));
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(events, answers, async (event, response) => {
      answer.current = response;
      const handler = handlers[calls % handlers.length];
      calls += 1;
      lines.raw.length = 0;
      // Middy awaits what a handler returns.
      expect(await handler?.(event, {})).toBe(await response);
      expect(lines.raw).toHaveLength(1);
      expect(lines.raw.flatMap(problemsOf)).toEqual([]);
    }),
    { numRuns: 10_000 },
  );
}, 60_000);

test("lines are valid, whatever routes, properties, dependencies and default dimensions are", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
    fc.constantFrom("_aws", "__proto__", "constructor", "Latency", "service", "route", "", " ", "x".repeat(2_000)),
  );
  const value = fc.oneof(text, fc.double(), fc.integer(), fc.anything());
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.tuple(text, value), { maxLength: 130 }),
      text,
      fc.dictionary(text, text, { maxKeys: 20 }),
      async (route, properties, source, defaultDimensions) => {
        lines.raw.length = 0;
        vi.spyOn(console, "warn").mockImplementation(() => {});
        const logger = { debug() {}, info() {}, warn() {}, error() {}, trace() {}, critical() {} } as never;
        const measured = metrics({
          defaultsFrom: new Metrics({ namespace: "Default", defaultDimensions, logger }),
          route: () => route,
          properties: () => Object.fromEntries(properties) as never,
        });
        const handler = install("both", {
          measured,
          handler: async () => {
            const event = { type: "circuit.rejected", source, retryAfterMs: 1 } as const;
            eventChannel<MidguardEvent>("circuit-breaker").publish(event);
            return { statusCode: 200 };
          },
        });
        await handler(apiEvents.http(), lambdaContext());
        expect(lines.raw).toHaveLength(2);
        expect(lines.raw.flatMap(problemsOf)).toEqual([]);
      },
    ),
    { numRuns: 2_000 },
  );
}, 60_000);
