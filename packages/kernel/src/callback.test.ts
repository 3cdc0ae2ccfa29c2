import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isThenable, syncResult } from "./callback.ts";

const unhandled = vi.fn();

beforeEach(() => void process.on("unhandledRejection", unhandled));
afterEach(() => {
  process.off("unhandledRejection", unhandled);
  unhandled.mockReset();
});

// biome-ignore lint/suspicious/noThenProperty: a `then` that is no function makes no promise.
test.each([false, undefined, 0, null, { then: 7 }])("passes %j through", (result) => {
  expect(syncResult("createRetry: retryable", result)).toBe(result);
});

test("refuses a promise, and handles its rejection", async () => {
  expect(() => syncResult("createRetry: retryable", Promise.reject(new Error("late")))).toThrow(
    new TypeError("createRetry: retryable must be synchronous, but it returned a promise"),
  );
  await turn();
  expect(unhandled).not.toHaveBeenCalled();
});

test("refuses any thenable, and handles its rejection", async () => {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error("late")),
  };
  expect(() => syncResult("rateLimit: skip", thenable)).toThrow(TypeError);
  await turn();
  expect(unhandled).not.toHaveBeenCalled();
});

test("a value whose `then` cannot be read is no promise", () => {
  const hostile = {
    // biome-ignore lint/suspicious/noThenProperty: a getter that throws is what is tested.
    get then() {
      throw new Error("hostile");
    },
  };
  expect(isThenable(hostile)).toBe(false);
});
