import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { cleanUpPowertools, settleInFlight } from "./cleanup.ts";

describe("promises in flight", () => {
  test("are awaited, and a rejected one causes no unhandled rejection", async () => {
    const clock = manualClock();
    const done = vi.fn();
    const internal = {
      secret: clock.sleep(40).then(done),
      broken: Promise.reject(new Error("no such secret")),
      plain: 7,
    };
    const settled = settleInFlight({ internal }, 1_000, clock);
    await clock.advance(40);
    await settled;
    expect(done).toHaveBeenCalledTimes(1);
    expect(clock.sleepers).toBe(0);
  });

  test("are awaited beside a value that cannot be read", async () => {
    const clock = manualClock();
    const done = vi.fn();
    const internal = Object.defineProperty({ secret: clock.sleep(40).then(done) }, "broken", {
      enumerable: true,
      get() {
        throw new Error("revoked");
      },
    });
    const settled = settleInFlight({ internal }, 1_000, clock);
    await clock.advance(40);
    await settled;
    expect(done).toHaveBeenCalledOnce();
  });

  test("are promises only: a lazy query is not started", async () => {
    // biome-ignore lint/suspicious/noThenProperty: as query builders have one.
    const query = { then: vi.fn() };
    await settleInFlight({ internal: { query } }, 1_000, manualClock());
    expect(query.then).not.toHaveBeenCalled();
  });

  test("are awaited no longer than the limit", async () => {
    const clock = manualClock();
    const settled = settleInFlight({ internal: { never: new Promise(() => {}) } }, 1_000, clock);
    const after = vi.fn();
    void settled.then(after);
    await clock.advance(999);
    expect(after).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(after).toHaveBeenCalledTimes(1);
  });

  test("cost no timer if there are none", async () => {
    const clock = manualClock();
    const sleep = vi.spyOn(clock, "sleep");
    await settleInFlight({ internal: { value: 1 } }, 1_000, clock);
    expect(sleep).not.toHaveBeenCalled();
  });
});

describe("Powertools' cleanup", () => {
  test("calls each of its functions with the request, the tracer's first, and no others", async () => {
    const called: string[] = [];
    const note = (name: string) => (given: unknown) => {
      expect(given).toBe(request);
      called.push(name);
    };
    const request = {
      internal: {
        "powertools-for-aws.idempotency": note("idempotency"),
        "powertools-for-aws.metrics": note("metrics"),
        "powertools-for-aws.tracer": note("tracer"),
        "powertools-for-aws.logger": "not a function",
        "powertools-for-aws.other": note("other"),
      },
    };
    await cleanUpPowertools(request, 1_000, manualClock());
    expect(called).toEqual(["tracer", "metrics", "idempotency"]);
  });

  test("continues after one that throws or rejects", async () => {
    const logger = vi.fn();
    const internal = {
      "powertools-for-aws.tracer": () => {
        throw new Error("closed already");
      },
      "powertools-for-aws.metrics": () => Promise.reject(new RangeError("empty")),
      "powertools-for-aws.logger": logger,
    };
    await cleanUpPowertools({ internal }, 1_000, manualClock());
    expect(logger).toHaveBeenCalledTimes(1);
  });

  test("stops waiting at the limit, and calls synchronous functions even if no time is left", async () => {
    const clock = manualClock();
    const tracer = vi.fn();
    const metrics = vi.fn();
    const hanging = () => new Promise(() => {});
    const internal = {
      "powertools-for-aws.tracer": tracer,
      "powertools-for-aws.metrics": metrics,
      "powertools-for-aws.idempotency": hanging,
    };
    const cleaned = cleanUpPowertools({ internal }, -5, clock);
    await clock.advance(0);
    await cleaned;
    expect(tracer).toHaveBeenCalledTimes(1);
    expect(metrics).toHaveBeenCalledTimes(1);
  });
});
