import { apiEvents, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isWarmupPing, readPing } from "./ping.ts";

const marks = { warmup: true, warmer: true, source: "serverless-plugin-warmup", detail: { warmup: true } };

describe("a ping is", () => {
  test.each([
    ["Midguard's own", { warmup: true, sentAt: 1, holdUntil: 2, correlationId: "c", index: 0, of: 2 }],
    ["serverless-plugin-warmup's", { source: "serverless-plugin-warmup" }],
    ["lambda-warmer's", { warmer: true, concurrency: 3 }],
    ["one that lambda-warmer fans out", { warmer: true, __WARMER_INVOCATION__: 2, __WARMER_CORRELATIONID__: "c" }],
    [
      "an event of an EventBridge rule",
      { source: "aws.events", "detail-type": "Scheduled Event", detail: { warmup: true } },
    ],
    ["an event of EventBridge Scheduler", { source: "aws.scheduler", detail: { warmer: true } }],
  ])("%s", (_, event) => {
    expect(isWarmupPing(event)).toBe(true);
  });
});

describe("a ping is not", () => {
  test.each([
    null,
    undefined,
    true,
    7,
    "warmup",
    '{"warmup":true}',
    [],
    [{ warmup: true }],
    Object.assign([], { warmup: true }),
    Buffer.from('{"warmup":true}'),
    {},
    { warmup: "true" },
    { warmup: 1 },
    { warmup: false },
    { warmer: "yes" },
    { source: "serverless-plugin" },
    { body: '{"warmup":true}' },
    { detail: { warmup: true } },
    // Anyone with PutEvents can send this.
    { source: "shop.orders", detail: { warmup: true } },
    { "detail-type": "Order", source: "serverless-plugin-warmup", detail: {} },
    { "detail-type": "Order", source: "shop.orders", warmup: true, warmer: true, detail: {} },
    { source: "aws.events.fake", detail: { warmup: true } },
    { source: "aws.events", detail: {} },
    { source: "aws.events", detail: null },
    { source: "aws.events", detail: "warmup" },
    { source: "aws.events", requestContext: {}, detail: { warmup: true } },
    { warmup: true, requestContext: null },
  ])("%j", (event) => {
    expect(isWarmupPing(event)).toBe(false);
  });

  test.each(Object.entries({ ...apiEvents, ...otherEvents }))("a real event: %s", (_, make) => {
    expect(isWarmupPing(make())).toBe(false);
  });

  test.each(
    Object.entries({ ...apiEvents, ...otherEvents }).filter(
      ([, make]) => "requestContext" in make() || "Records" in make(),
    ),
  )("traffic with every mark of a ping: %s", (_, make) => {
    expect(isWarmupPing({ ...make(), ...marks })).toBe(false);
    expect(isWarmupPing({ ...make(), ...marks, source: "aws.events" })).toBe(false);
  });

  test("a single Lambda@Edge record", () => {
    expect(isWarmupPing({ ...marks, cf: {} })).toBe(false);
  });

  test.each(["warmup", "warmer", "source", "detail", "requestContext"])("one whose %s cannot be read", (field) => {
    const event = Object.defineProperty({ source: "aws.events" }, field, {
      get() {
        throw new Error("revoked");
      },
    });
    expect(isWarmupPing(event)).toBe(false);
    expect(readPing(event)).toEqual({
      sentAt: undefined,
      holdUntil: undefined,
      correlationId: undefined,
      payload: undefined,
    });
  });

  test("any of 10,000 random values, and none throws", () => {
    const junk = fc.anything({ withNullPrototype: true, withTypedArray: true, withDate: true, withMap: true });
    const value = fc.oneof(junk, fc.constantFrom(...Object.values(marks), "aws.events", "aws.scheduler"));
    const key = fc.constantFrom("warmup", "warmer", "source", "detail", "requestContext", "Records", "cf", "body");
    const event = fc.oneof(junk, fc.dictionary(key, value));
    fc.assert(
      fc.property(event, (random) => {
        readPing(random);
        if (!isWarmupPing(random)) return;
        const { warmup, warmer, source, detail, requestContext, Records, cf } = random as Record<string, unknown>;
        const marked = [warmup, warmer].includes(true) || source === "serverless-plugin-warmup";
        const scheduled = (source === "aws.events" || source === "aws.scheduler") && typeof detail === "object";
        expect(marked || scheduled).toBe(true);
        expect([requestContext, Records, cf]).toEqual([undefined, undefined, undefined]);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("readPing reads", () => {
  test("times, the correlation ID and the payload", () => {
    const asked = { sentAt: 1, holdUntil: 2, correlationId: "round 1", payload: { path: "/" } };
    expect(readPing({ warmup: true, ...asked, index: 0, of: 2 })).toEqual(asked);
  });

  test("the detail of a schedule's event, and of no other event", () => {
    expect(readPing({ source: "aws.events", detail: { warmup: true, sentAt: 5 } }).sentAt).toBe(5);
    expect(readPing({ source: "shop", sentAt: 6, detail: { sentAt: 5 } }).sentAt).toBe(6);
    expect(readPing({ source: "aws.events", sentAt: 6, detail: null }).sentAt).toBe(6);
  });

  test("an ISO date, as EventBridge Scheduler writes it", () => {
    for (const sentAt of ["2026-01-01T00:00:00Z", "2026-01-01T00:00Z", "2026-01-01T01:00:00.000000+01:00"]) {
      expect(readPing({ warmup: true, sentAt }).sentAt).toBe(Date.UTC(2026, 0, 1));
    }
  });

  test("lambda-warmer's correlation ID", () => {
    expect(readPing({ warmer: true, __WARMER_CORRELATIONID__: "c" }).correlationId).toBe("c");
  });

  test.each([
    null,
    "x",
    7,
    { sentAt: "soon", holdUntil: Number.NaN, correlationId: 7 },
    { sentAt: Infinity, holdUntil: {} },
    // Date.parse accepts all of these.
    { sentAt: "attempt 3", holdUntil: "1" },
    { sentAt: "2026", holdUntil: "<aws.scheduler.scheduled-time> 7" },
    { sentAt: "(2026-01-01T00:00:00Z) 7" },
    { sentAt: "2026-01-01T00:00:00Z 7" },
    { sentAt: "2026-01-01T00:00:00Z;" },
    { sentAt: "2026-01-01T0" },
  ])("nothing from %j", (event) => {
    expect(readPing(event)).toEqual({
      sentAt: undefined,
      holdUntil: undefined,
      correlationId: undefined,
      payload: undefined,
    });
  });
});
