import { afterEach, expect, test, vi } from "vitest";
import { resolveOptions, type WarmupOptions } from "./options.ts";
import { isWarmupPing } from "./ping.ts";

afterEach(() => vi.restoreAllMocks());

test("fills in the defaults, for options given as undefined too", () => {
  const defaults = { isPing: isWarmupPing, prime: undefined, primeTimeoutMs: 5_000, maxAgeMs: 60_000 };
  expect(resolveOptions({})).toEqual(defaults);
  const explicit = { isWarmup: undefined, prime: undefined, primeTimeoutMs: undefined, maxAgeMs: undefined };
  expect(resolveOptions(explicit as unknown as WarmupOptions)).toEqual(defaults);
});

test.each([
  [{ primeTimeout: 5 }, TypeError, "warmup: unknown option primeTimeout (5)"],
  [null, TypeError, "warmup: options must be an object, got null"],
  [{ isWarmup: "yes" }, TypeError, 'isWarmup must be a function, got "yes"'],
  [{ prime: {} }, TypeError, "prime must be a function, got an object"],
  [{ prime: null }, TypeError, "prime must be a function, got null"],
  [{ primeTimeoutMs: "5s" }, TypeError, 'primeTimeoutMs must be a number, got "5s"'],
  [{ primeTimeoutMs: Number.NaN }, RangeError, "primeTimeoutMs must be at least 1, got NaN"],
  [{ primeTimeoutMs: 0 }, RangeError, "primeTimeoutMs must be at least 1, got 0"],
  [{ maxAgeMs: -1 }, RangeError, "maxAgeMs must be at least 1, got -1"],
  [{ maxAgeMs: true }, TypeError, "maxAgeMs must be a number, got true"],
])("refuses %j", (options, type, message) => {
  const resolving = () => resolveOptions(options as unknown as WarmupOptions);
  expect(resolving).toThrow(type);
  expect(resolving).toThrow(message);
});

test("takes only true from isWarmup for a ping: a promise is truthy", () => {
  for (const answer of [1, "yes", {}, Promise.resolve(true), false, undefined]) {
    const { isPing } = resolveOptions({ isWarmup: (() => answer) as unknown as () => boolean });
    expect(isPing({ warmup: true })).toBe(false);
  }
  const { isPing } = resolveOptions({ isWarmup: (event) => event === "ping" });
  expect([isPing("ping"), isPing("pong")]).toEqual([true, false]);
});

test("takes no event for a ping when isWarmup throws, and warns once", () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const { isPing } = resolveOptions({ isWarmup: (event) => (event as { source: string }).source === "ours" });
  expect([isPing(null), isPing(undefined), isPing({ source: "ours" })]).toEqual([false, false, true]);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toMatch(/^warmup: isWarmup threw: TypeError/);
});
