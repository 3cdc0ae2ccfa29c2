import { manualClock } from "@midguard/kernel/testing";
import { expect, test, vi } from "vitest";
import { createPrimer } from "./prime.ts";

test("primes and leaves no timer behind", async () => {
  const clock = manualClock();
  const primer = createPrimer(() => "anything", 5_000, clock);
  expect(await primer(Infinity)).toEqual({ primed: true });
  expect(clock.sleepers).toBe(0);
});

test("awaits prime", async () => {
  const clock = manualClock();
  const outcome = createPrimer(() => clock.sleep(300), 5_000, clock)(Infinity);
  const settled = vi.fn();
  void outcome.then(settled);
  await clock.advance(299);
  expect(settled).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(await outcome).toEqual({ primed: true });
});

test.each([
  ["an error", () => Promise.reject(new Error("no database")), "Error: no database"],
  [
    "a synchronous error",
    () => {
      throw new TypeError("bad");
    },
    "TypeError: bad",
  ],
  ["a string", () => Promise.reject("down"), "down"],
  ["nothing", () => Promise.reject(undefined), "undefined"],
  ["an object without toString", () => Promise.reject(Object.create(null)), "an error that cannot be shown"],
])("reports the reason of a failure: %s", async (_, prime, primeError) => {
  expect(await createPrimer(prime, 5_000, manualClock())(Infinity)).toEqual({ primed: false, primeError });
});

test("stops waiting at the timeout, aborts the signal, and handles a late rejection", async () => {
  const clock = manualClock();
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  let signal: AbortSignal | undefined;
  const outcome = createPrimer(
    async (given) => {
      signal = given;
      await clock.sleep(2_000);
      throw new Error("late");
    },
    1_000,
    clock,
  )(Infinity);
  await clock.advance(999);
  expect(signal?.aborted).toBe(false);
  await clock.advance(1);
  expect(await outcome).toEqual({ primed: false, primeError: "TimeoutError: prime took longer than 1000 ms" });
  expect(signal?.reason).toMatchObject({ name: "TimeoutError" });
  await clock.advance(1_000);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("waits no longer than the time that the ping has left", async () => {
  const clock = manualClock();
  const outcome = createPrimer(() => clock.sleep(10_000), 5_000, clock)(200);
  await clock.advance(200);
  expect((await outcome).primeError).toContain("200 ms");
});

test("does not start if no time is left", async () => {
  const prime = vi.fn();
  const primer = createPrimer(prime, 5_000, manualClock());
  expect(await primer(0)).toEqual({ primed: false, primeError: "no time left to prime" });
  expect((await primer(-50)).primed).toBe(false);
  expect(prime).not.toHaveBeenCalled();
});

test("runs once for overlapping pings, and again for the next", async () => {
  const clock = manualClock();
  const prime = vi.fn(() => clock.sleep(100));
  const primer = createPrimer(prime, 5_000, clock);
  const both = Promise.all([primer(Infinity), primer(Infinity)]);
  await clock.advance(100);
  expect(await both).toEqual([{ primed: true }, { primed: true }]);
  expect(prime).toHaveBeenCalledTimes(1);
  const next = primer(Infinity);
  await clock.advance(100);
  expect(await next).toEqual({ primed: true });
  expect(prime).toHaveBeenCalledTimes(2);
});

test("waits no longer than its own limit when it joins another ping's run", async () => {
  const clock = manualClock();
  const primer = createPrimer(() => clock.sleep(1_000), 5_000, clock);
  const first = primer(Infinity);
  const joined = primer(100);
  await clock.advance(100);
  expect(await joined).toEqual({ primed: false, primeError: "TimeoutError: prime took longer than 100 ms" });
  await clock.advance(900);
  expect(await first).toEqual({ primed: true });
});

test("reports the cause of an error, which `fetch` has there", async () => {
  const prime = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }));
  const primeError = "TypeError: fetch failed: Error: connect ECONNREFUSED";
  expect(await createPrimer(prime, 5_000, manualClock())(Infinity)).toEqual({ primed: false, primeError });
});
