import { afterEach, describe, expect, test, vi } from "vitest";
import { resolveOptions, type WarmupOptions } from "./options.ts";
import { isWarmupPing } from "./ping.ts";

afterEach(() => vi.restoreAllMocks());

test("fills in the defaults, also for options that are undefined", () => {
  const defaults = { isPing: isWarmupPing, prime: undefined, primeTimeoutMs: 5_000, maxAgeMs: 60_000 };
  expect(resolveOptions({})).toEqual(defaults);
  const explicit = { isWarmup: undefined, prime: undefined, primeTimeoutMs: undefined, maxAgeMs: undefined };
  expect(resolveOptions(explicit as unknown as WarmupOptions)).toEqual(defaults);
});

test.each([
  [{ primeTimeout: 5 }, TypeError, "warmup: unknown option primeTimeout (5)"],
  [null, TypeError, "warmup: options must be an object, got null"],
  [{ isWarmup: "yes" }, TypeError, 'warmup: isWarmup must be a function, got "yes"'],
  [{ prime: {} }, TypeError, "warmup: prime must be a function, got an object"],
  [{ prime: null }, TypeError, "warmup: prime must be a function, got null"],
  [{ primeTimeoutMs: "5s" }, TypeError, 'warmup: primeTimeoutMs must be a number, got "5s"'],
  [{ primeTimeoutMs: Number.NaN }, RangeError, "warmup: primeTimeoutMs must be a number of at least 1, got NaN"],
  [{ primeTimeoutMs: 0 }, RangeError, "warmup: primeTimeoutMs must be a number of at least 1, got 0"],
  [{ maxAgeMs: -1 }, RangeError, "warmup: maxAgeMs must be a number of at least 1, got -1"],
  [{ maxAgeMs: true }, TypeError, "warmup: maxAgeMs must be a number, got true"],
])("refuses %j", (options, type, message) => {
  const resolving = () => resolveOptions(options as unknown as WarmupOptions);
  expect(resolving).toThrow(type);
  expect(resolving).toThrow(message);
});

test("accepts a ping only if isWarmup returns true", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  for (const answer of [1, "yes", {}, false, undefined]) {
    const { isPing } = resolveOptions({ isWarmup: (() => answer) as unknown as () => boolean });
    expect(isPing({ warmup: true })).toBe(false);
  }
  const { isPing } = resolveOptions({ isWarmup: (event) => event === "ping" });
  expect([isPing("ping"), isPing("pong")]).toEqual([true, false]);
  expect(warn).not.toHaveBeenCalled();
});

const asynchronous = "TypeError: isWarmup must be synchronous, but it returned a promise";

test.each<[string, () => unknown, string]>([
  [
    "throws",
    () => {
      throw new RangeError("no source");
    },
    "RangeError: no source",
  ],
  ["returns a promise", async () => true, asynchronous],
  ["returns a promise that rejects", () => Promise.reject(new Error("late")), asynchronous],
  // biome-ignore lint/suspicious/noThenProperty: as other promise libraries have one.
  ["returns a thenable that rejects", () => ({ then: (_: unknown, reject: () => void) => reject() }), asynchronous],
])("treats every event as a request, with one warning, if isWarmup %s", async (_, isWarmup, reason) => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const { isPing } = resolveOptions({ isWarmup: isWarmup as () => boolean });
  expect([isPing({ warmup: true }), isPing("ping")]).toEqual([false, false]);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  const message = `warmup: isWarmup failed, so the event was treated as a request (reported once): ${reason}`;
  expect(warn.mock.calls).toEqual([[message, "MidguardWarning"]]);
});

test("still accepts pings after isWarmup threw", () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const { isPing } = resolveOptions({ isWarmup: (event) => (event as { source: string }).source === "ours" });
  expect([isPing(null), isPing(undefined), isPing({ source: "ours" })]).toEqual([false, false, true]);
});

describe("accept: marked", () => {
  const { isPing } = resolveOptions({ accept: "marked" });
  const marked = { clientContext: { custom: { "midguard-warmup": "1" } } };

  test("takes marked pings, and schedules' events", () => {
    expect(isPing({ warmup: true }, marked)).toBe(true);
    expect(isPing({ source: "aws.scheduler", detail: { warmup: true } }, {})).toBe(true);
  });

  test.each([
    ["no mark", { warmup: true }, {}],
    ["another mark", { warmup: true }, { clientContext: { custom: { "midguard-warmup": true } } }],
    ["a mark in the event", { warmup: true, clientContext: marked.clientContext }, {}],
    ["a mark, but no ping", { userId: 7 }, marked],
    ["a mark, but traffic", { warmup: true, requestContext: {} }, marked],
  ])("takes nothing with %s", (_, event, context) => {
    expect(isPing(event, context)).toBe(false);
  });

  test("is refused beside isWarmup, which replaces the test", () => {
    expect(() => resolveOptions({ accept: "marked", isWarmup: () => true })).toThrow(TypeError);
    expect(() => resolveOptions({ accept: "all" as "any" })).toThrow(
      'warmup: accept must be one of "any", "marked", got "all"',
    );
  });
});
