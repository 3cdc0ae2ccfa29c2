import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { hang, openUp, settle, setUp, succeed } from "../test-support/set-up.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

describe("a call with a signal", () => {
  const timeout = new DOMException("too slow", "TimeoutError");

  test("that ignores the signal ends with the timeout, which is a failure", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const controller = new AbortController();
    const run = settle(breaker.run(hang, { signal: controller.signal }));
    controller.abort(timeout);
    expect(await run).toBe(timeout);
    expect(breaker.state).toBe("open");
  });

  test.each([
    ["an AbortError", undefined],
    ["an error", new Error("client closed")],
    ["no error", "gone"],
  ])("is neutral if the caller leaves, whether the reason is %s or another", async (_, reason) => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const controller = new AbortController();
    const { signal } = controller;
    const probe = settle(breaker.run(hang, { signal }));
    controller.abort(reason);
    expect(await probe).toBe(signal.reason);
    expect(breaker.state).toBe("half-open");
    // The permit is free again.
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("is not made if the signal has aborted; ends at once if the call itself aborts it", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const call = vi.fn(hang);
    expect(await settle(breaker.run(call, { signal: AbortSignal.abort("gone") }))).toBe("gone");
    expect(call).not.toHaveBeenCalled();
    const controller = new AbortController();
    const own = breaker.run(
      () => {
        controller.abort(timeout);
        return hang();
      },
      { signal: controller.signal },
    );
    expect(await settle(own)).toBe(timeout);
    expect(breaker.state).toBe("open");
  });

  test("ends as without one, and leaves no listener", async () => {
    const { breaker } = setUp();
    const { signal } = new AbortController();
    expect(await breaker.run(async () => "ok", { signal })).toBe("ok");
    for (const error of [new Error("1"), new Error("2")]) {
      expect(await settle(breaker.run(() => Promise.reject(error), { signal }))).toBe(error);
    }
    expect(breaker.state).toBe("open");
    await turn();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("that rejects after the abort changes nothing", async () => {
    const { breaker } = setUp();
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const run = settle(breaker.run(() => promise, { signal: controller.signal }));
    controller.abort(timeout);
    reject(new Error("late"));
    expect(await run).toBe(timeout);
    await turn();
    expect(breaker.state).toBe("closed");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test.each([
    [{ signal: 7 }, "run: signal must be an AbortSignal, got 7"],
    [{ signal: { addEventListener() {} } }, "run: signal must be an AbortSignal, got an object"],
    [{ once: true }, "run: unknown option once (true)"],
    [{ fallback: "none" }, 'run: fallback must be a function, got "none"'],
    [null, "run: options must be an object, got null"],
  ])("is refused, and not made, if its options are wrong: %j", async (options, message) => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const call = vi.fn(hang);
    await expect(breaker.run(call, options as never)).rejects.toThrow(new TypeError(message));
    expect(call).not.toHaveBeenCalled();
    expect(await succeed(breaker)).toBe("ok");
  });

  test("is neutral in a closed circuit, too, if the caller leaves, unless a timeout made it leave", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const leaving = new AbortController();
    const left = settle(breaker.run(hang, { signal: leaving.signal }));
    leaving.abort(new Error("client closed"));
    await left;
    expect(breaker.state).toBe("closed");
    const late = new AbortController();
    const cut = settle(breaker.run(hang, { signal: late.signal }));
    late.abort(new DOMException("cut", { name: "AbortError", cause: timeout }));
    await cut;
    expect(breaker.state).toBe("open");
  });

  test("that succeeded is a success, even if the signal aborts after it", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = breaker.run(() => promise, { signal: controller.signal });
    resolve("ok");
    await Promise.resolve();
    controller.abort("gone");
    expect(await run).toBe("ok");
    expect(breaker.state).toBe("closed");
  });
});
