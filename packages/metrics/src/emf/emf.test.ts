import { Metrics } from "@aws-lambda-powertools/metrics";
import type { MidguardEvent } from "@midguard/kernel";
import { eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { install, places } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { metrics } from "../index.ts";
import { readEmf } from "../testing/index.ts";
import "../../test/matchers.ts";

const lines = captureLines();
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});

test("CloudWatch makes six metrics of a request: each by service, and by service and route", async () => {
  await install("both", { handler: async () => ({ statusCode: 404 }) })();
  const emitted = readEmf(lines.raw);

  expect(emitted).toHaveLength(6);
  expect(emitted).toContainEqual({
    namespace: "Shop",
    dimensions: { service: "orders" },
    name: "Error",
    unit: "Count",
    storageResolution: 60,
    values: [1],
    timestamp: expect.any(Number),
    properties: { requestId: expect.any(String), statusCode: 404 },
  });
  expect(lines.raw).toHaveEmitted({
    dimensions: { service: "orders", route: "GET /users/{id}" },
    name: "Latency",
    unit: "Milliseconds",
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
      expect(lines.raw).toBeValidEmf();
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
        expect(lines.raw).toBeValidEmf();
      },
    ),
    { numRuns: 2_000 },
  );
}, 60_000);
