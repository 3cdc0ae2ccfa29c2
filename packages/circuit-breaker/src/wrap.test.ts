import { describe, expect, test } from "vitest";
import { setUp } from "../test-support/set-up.ts";
import { CircuitOpenError } from "./errors.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

describe("wrap", () => {
  test("guards a function with its parameters and its `this`", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const till = {
      currency: "EUR",
      charge: breaker.wrap(async function charge(this: { currency: string }, cents: number, to: string) {
        if (cents < 0) throw new RangeError("cents");
        return `${to}: ${cents} ${this.currency}`;
      }),
    };
    expect(await till.charge(5, "Ada")).toBe("Ada: 5 EUR");
    await expect(till.charge(-1, "Ada")).rejects.toThrow("cents");
    await expect(till.charge(5, "Ada")).rejects.toThrow(CircuitOpenError);
  });

  test("refuses anything but a function", async () => {
    const { breaker } = setUp();
    expect(() => breaker.wrap(7 as never)).toThrow(new TypeError("wrap: fn must be a function, got 7"));
    for (let times = 0; times < 10; times += 1) {
      await expect(breaker.run(Promise.resolve(7) as never)).rejects.toThrow(
        "run: fn must be a function, got a promise",
      );
    }
    expect(breaker.state).toBe("closed");
  });
});
