import { describe, expect, test, vi } from "vitest";
import { fail, openUp, recordEvents, settle, setUp, succeed } from "../test-support/set-up.ts";
import { CircuitOpenError } from "./errors.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

const events = recordEvents();

describe("a fallback of run", () => {
  test("answers with the rejection if the circuit rejects the call, which is still published", async () => {
    const { breaker } = setUp({ openMs: 400 });
    await openUp(breaker);
    const fallback = vi.fn((rejection: CircuitOpenError) => rejection.retryAfterMs);
    const call = vi.fn();
    expect(await breaker.run(call, { fallback })).toBe(400);
    expect(await breaker.run(call, { fallback: async () => "later" })).toBe("later");
    expect(call).not.toHaveBeenCalled();
    expect(fallback).toHaveBeenCalledExactlyOnceWith(expect.any(CircuitOpenError));
    expect(events.slice(1).map(({ type }) => type)).toEqual(["circuit.rejected", "circuit.rejected"]);
  });

  test("is not called if the call fails, even with a rejection by another circuit", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(9) });
    const fallback = vi.fn();
    const error = new CircuitOpenError("inner", 1);
    for (const reason of [new Error("down"), error, undefined]) {
      expect(await settle(breaker.run(() => Promise.reject(reason), { fallback }))).toBe(reason);
    }
    expect(await breaker.run(() => "ok", { fallback })).toBe("ok");
    expect(fallback).not.toHaveBeenCalled();
  });

  test("is not called if the signal has aborted", async () => {
    const { breaker } = setUp();
    await breaker.isolate();
    const fallback = vi.fn();
    const signal = AbortSignal.abort("gone");
    expect(await settle(breaker.run(() => "ok", { signal, fallback }))).toBe("gone");
    expect(fallback).not.toHaveBeenCalled();
  });

  test.each([
    [
      "throws",
      () => {
        throw "none";
      },
    ],
    ["rejects", () => Promise.reject("none")],
  ])("that %s fails the run with its own error, and says nothing about the dependency", async (_, fallback) => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    expect(await settle(breaker.run(() => "ok", { fallback }))).toBe("none");
    expect(breaker.state).toBe("open");
    clock.jump(500);
    expect(await succeed(breaker)).toBe("ok");
  });
});

describe("a fallback of wrap", () => {
  test("gets the rejection and the arguments of the call", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const price = breaker.wrap(async (id: string, currency: string) => `${id} 5 ${currency}`, {
      fallback: ({ circuit }, id, currency) => `${id} ? ${currency}, for want of ${circuit}`,
    });
    expect(await price("tea", "EUR")).toBe("tea 5 EUR");
    await fail(breaker);
    expect(await price("tea", "EUR")).toBe("tea ? EUR, for want of payments");
  });

  test("is not called if the function fails", async () => {
    const { breaker } = setUp();
    const fallback = vi.fn();
    const broken = breaker.wrap(() => Promise.reject("down"), { fallback });
    expect(await settle(broken())).toBe("down");
    expect(fallback).not.toHaveBeenCalled();
  });

  test.each([
    [{ fallback: 7 }, "wrap: fallback must be a function, got 7"],
    [{ signal: AbortSignal.abort() }, "wrap: unknown option signal (an object)"],
    [null, "wrap: options must be an object, got null"],
  ])("is refused if it is wrong: %j", (options, message) => {
    expect(() => setUp().breaker.wrap(() => "ok", options as never)).toThrow(new TypeError(message));
  });
});
