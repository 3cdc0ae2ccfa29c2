import { describe, expect, test } from "vitest";
import { createCircuitBreaker } from "./breaker.ts";

describe("createCircuitBreaker refuses", () => {
  test.each([
    [undefined, TypeError, /^createCircuitBreaker: options must be an object, got undefined/],
    [{}, TypeError, /^createCircuitBreaker: name must be a non-empty string, got undefined/],
    [{ name: "" }, TypeError, /name .*got ""/],
    [{ name: 7 }, TypeError, /name .*got 7/],
    [{ name: "p", openMS: 1 }, TypeError, /unknown option openMS/],
    [{ name: "p", openMs: 0 }, RangeError, /openMs .*got 0/],
    [{ name: "p", openMs: Number.NaN }, RangeError, /openMs .*got NaN/],
    [{ name: "p", openMs: Infinity }, RangeError, /openMs .*got Infinity/],
    [{ name: "p", openMs: "1s" }, TypeError, /openMs .*got "1s"/],
    [
      { name: "p", openMs: 500, maxOpenMs: 499 },
      RangeError,
      /^createCircuitBreaker: maxOpenMs must be a number of at least 500, got 499$/,
    ],
    [{ name: "p", maxOpenMs: Infinity }, RangeError, /maxOpenMs .*got Infinity/],
    [{ name: "p", halfOpenPermits: 0 }, RangeError, /halfOpenPermits .*got 0/],
    [{ name: "p", halfOpenPermits: 1.5 }, RangeError, /halfOpenPermits .*got 1.5/],
    [{ name: "p", isFailure: true }, TypeError, /isFailure .*got true/],
    [{ name: "p", trip: 5 }, TypeError, /trip .*got 5/],
    [{ name: "p", trip: {} }, TypeError, /trip.rule .*got undefined/],
    [{ name: "p", trip: { rule: "mine" } }, TypeError, /trip.start .*got undefined/],
    [{ name: "p", trip: { rule: "mine", start() {}, slowCallMs: "1s" } }, TypeError, /trip.slowCallMs .*got "1s"/],
    [{ name: "p", trip: { rule: "mine", start() {}, slowCallMs: -1 } }, RangeError, /trip.slowCallMs .*got -1/],
    [{ name: "p", clock: null }, TypeError, /clock .*got null/],
    [{ name: "p", clock: {} }, TypeError, /clock.now .*got undefined/],
    [{ name: "p", random: 0.5 }, TypeError, /random .*got 0.5/],
  ])("%o", (options, type, message) => {
    expect(() => createCircuitBreaker(options as never)).toThrow(type);
    expect(() => createCircuitBreaker(options as never)).toThrow(message);
  });
});

test("an option that is undefined has its default", () => {
  const options = { trip: undefined, openMs: undefined, maxOpenMs: undefined, isFailure: undefined, random: undefined };
  expect(createCircuitBreaker({ name: "payments", ...options, initialState: undefined }).state).toBe("closed");
});
