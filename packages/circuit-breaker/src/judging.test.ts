import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { fail, openUp, recordWarnings, setUp, succeed } from "../test-support/set-up.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

const warnings = recordWarnings();

describe("an error in `isFailure`", () => {
  test("changes no result, is neutral, returns the permit, and warns once", async () => {
    const throwing = vi.fn((): boolean => true);
    const { breaker, clock } = setUp({ isFailure: throwing });
    await openUp(breaker);
    clock.jump(500);
    throwing.mockImplementation(() => {
      throw new Error("bug");
    });
    expect(await succeed(breaker)).toBe("ok");
    expect(await fail(breaker, "down")).toBe("down");
    expect(breaker.state).toBe("half-open");
    throwing.mockImplementation(() => false);
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await turn();
    expect(warnings).toEqual(["payments: a call could not be judged (reported once): Error: bug"]);
  });

  test("is a promise, which does not count as true", async () => {
    const isFailure = (async () => false) as unknown as () => boolean;
    const { breaker } = setUp({ isFailure });
    for (let call = 0; call < 20; call += 1) expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await turn();
    expect(warnings).toEqual([
      "payments: a call could not be judged (reported once): TypeError: isFailure must be synchronous, but it returned a promise",
    ]);
  });

  test("changes no result if it cannot be written as text", async () => {
    const isFailure = () => {
      throw Object.create(null);
    };
    expect(await succeed(setUp({ isFailure }).breaker)).toBe("ok");
    await turn();
    expect(warnings).toEqual(["payments: a call could not be judged (reported once): object"]);
  });

  test.each([true, false])("cannot undo an isolation by `isFailure` itself, which returns %s", async (isFailure) => {
    const { breaker, clock } = setUp({
      isFailure: () => {
        if (breaker.state === "half-open") void breaker.isolate();
        return isFailure;
      },
      initialState: { ...setUp().breaker.toJSON(), state: "half-open", openings: 1 },
    });
    clock.jump(1);
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("isolated");
  });
});

test("an error in a trip rule of one's own changes no result, and warns once", async () => {
  const record = () => {
    throw new Error("bug");
  };
  const { breaker } = setUp({ trip: { rule: "own", start: () => ({ record, save: () => [] }) } });
  expect(await succeed(breaker)).toBe("ok");
  expect(await fail(breaker, "down")).toBe("down");
  expect(breaker.state).toBe("closed");
  await turn();
  expect(warnings).toEqual(["payments: a call could not be judged (reported once): Error: bug"]);
});

describe("a promise by mistake", () => {
  async function rejects(): Promise<never> {
    throw new Error("bug");
  }

  test("of a trip rule's `record` does not open the circuit", async () => {
    const trip = { rule: "own", start: () => ({ record: rejects as never, save: () => [] }) };
    const { breaker } = setUp({ trip });
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await turn();
    expect(warnings).toEqual([
      "payments: a call could not be judged (reported once): TypeError: trip.record must be synchronous, but it returned a promise",
    ]);
  });

  test("of a trip rule's `start` is refused when the circuit is made", () => {
    expect(() => setUp({ trip: { rule: "own", start: rejects as never } })).toThrow(
      new TypeError("trip.start must be synchronous, but it returned a promise"),
    );
  });

  test("of `random` changes no result", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1), random: rejects as never });
    expect(await fail(breaker, "down")).toBe("down");
    await turn();
    expect(warnings).toEqual([
      "payments: a call could not be judged (reported once): TypeError: random must be synchronous, but it returned a promise",
    ]);
  });
});
