import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { now } from "../clock.ts";
import { describeRequest } from "../request/describe.ts";
import { type ApiEventName, apiEvents, lambdaContext, otherEvents } from "../testing/index.ts";
import { type Deadline, grantedBy, isStale, newDeadline } from "./deadline.ts";

const quarterHour = 900_000;

beforeEach(() => {
  // Time stands still, so that each figure is exact.
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** A context with exactly `timeoutMs` left. */
function context(timeoutMs: number): object {
  return { ...lambdaContext(), getRemainingTimeInMillis: () => timeoutMs };
}

function deadline(timeoutMs: number, event: unknown = {}): Deadline {
  return newDeadline(context(timeoutMs), describeRequest(event));
}

function leftMs(timeoutMs: number, event?: unknown): number {
  return deadline(timeoutMs, event).endsAt - now();
}

/** Expects a deadline to be stale from `time` on. */
function expectStaleAt(deadline: Deadline, time: number): void {
  expect([isStale(deadline, time - 1), isStale(deadline, time)]).toEqual([false, true]);
}

/** A request that the gateway received `age` ms ago. */
function aged(kind: "rest" | "http", age: number): unknown {
  const event = apiEvents[kind]() as { requestContext: object };
  const field = kind === "rest" ? "requestTimeEpoch" : "timeEpoch";
  return { ...event, requestContext: { ...event.requestContext, [field]: Date.now() - age } };
}

describe("time is up", () => {
  test("when the function times out", () => {
    expect(leftMs(5_000)).toBe(5_000);
  });

  test.each<[ApiEventName, number]>([
    ["rest", 29_000],
    ["websocket", 29_000],
    ["http", 30_000],
  ])("for a %s API %i ms after the request arrived", (kind, gatewayMs) => {
    expect(leftMs(quarterHour, apiEvents[kind]())).toBe(gatewayMs);
    expect(leftMs(5_000, apiEvents[kind]())).toBe(5_000);
  });

  test.each<[string, unknown]>([
    ["a function URL", apiEvents.functionUrl()],
    ["a load balancer", apiEvents.alb()],
    ["Lambda@Edge", apiEvents.edge()],
    ["a queue", otherEvents.sqs?.()],
  ])("no sooner than the function's timeout for %s", (_kind, event) => {
    expect(leftMs(quarterHour, event)).toBe(quarterHour);
  });

  test.each(["rest", "http"] as const)("sooner for a %s request that has waited", (kind) => {
    expect(leftMs(quarterHour, aged(kind, 20_000))).toBe(leftMs(quarterHour, aged(kind, 0)) - 20_000);
    expect(leftMs(quarterHour, aged(kind, 80_000))).toBe(leftMs(quarterHour, aged(kind, 0)) - 80_000);
  });

  test("never, if the context does not say", () => {
    for (const unknown of [{}, { getRemainingTimeInMillis: () => Number.NaN }, { getRemainingTimeInMillis: 5 }]) {
      const never = newDeadline(unknown, undefined);
      expect([never.endsAt, grantedBy(never), isStale(never, Number.MAX_VALUE)]).toEqual([Infinity, Infinity, false]);
    }
  });

  test("by the context that a durable execution wraps, if the outer one does not say", () => {
    const wrapped = { lambdaContext: context(5_000) };
    expect(newDeadline(wrapped, undefined).endsAt).toBe(now() + 5_000);
    expect(newDeadline({ ...context(1_000), ...wrapped }, undefined).endsAt).toBe(now() + 1_000);
    expect(newDeadline({ lambdaContext: 7 }, undefined).endsAt).toBe(Infinity);
  });

  test("a passed deadline is no time left, not no deadline", () => {
    expect(leftMs(-10)).toBe(-10);
    expect(leftMs(-60_000)).toBe(-60_000);
  });
});

describe("an arrival", () => {
  test.each([
    ["in the future, by a clock that runs behind", -1],
    ["a minute in the future", -60_000],
    ["more than 90 s ago, in a recorded event", 90_001],
    ["years ago", Date.UTC(2026, 0, 1)],
  ])("%s counts as now", (_case, age) => {
    expect(leftMs(quarterHour, aged("rest", age))).toBe(29_000);
  });

  test("90 s ago is believed", () => {
    expect(leftMs(quarterHour, aged("rest", 90_000))).toBe(29_000 - 90_000);
  });
});

describe("MIDGUARD_GATEWAY_TIMEOUT_MS", () => {
  /** The time left if the environment has this value when the module is loaded. */
  async function leftWith(text: string, functionMs: number, event: unknown): Promise<number> {
    vi.stubEnv("MIDGUARD_GATEWAY_TIMEOUT_MS", text);
    vi.resetModules();
    const copy = await import("./deadline.ts");
    return copy.newDeadline(context(functionMs), describeRequest(event)).endsAt - now();
  }

  test.each([1, 60_000, 900_000])("%i ms replaces the gateway's default", async (ms) => {
    expect(await leftWith(String(ms), quarterHour + 1, apiEvents.rest())).toBe(ms);
    expect(await leftWith(String(ms), quarterHour + 1, aged("http", 10_000))).toBe(ms - 10_000);
  });

  test("Infinity lifts the gateway's limit", async () => {
    expect(await leftWith("Infinity", quarterHour, apiEvents.rest())).toBe(quarterHour);
  });

  test("says nothing about events without a gateway", async () => {
    expect(await leftWith("1000", quarterHour, apiEvents.functionUrl())).toBe(quarterHour);
    expect(await leftWith("1000", quarterHour, otherEvents.sqs?.())).toBe(quarterHour);
  });

  test("is ignored if empty, and with one warning if it is no number of at least 1", async () => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(await leftWith("", quarterHour, apiEvents.rest())).toBe(29_000);
    expect(warning).not.toHaveBeenCalled();
    for (const [index, text] of ["0", "-1", "0.5", "a minute", "0x7530", "3e4", " 30000", "30 s"].entries()) {
      expect(await leftWith(text, quarterHour, apiEvents.rest())).toBe(29_000);
      expect(warning).toHaveBeenCalledTimes(index + 1);
      expect(warning.mock.lastCall?.[0]).toContain("MIDGUARD_GATEWAY_TIMEOUT_MS");
    }
  });
});

test("what was granted is the time of a request that arrives at once", () => {
  expect(grantedBy(deadline(quarterHour, aged("rest", 28_000)))).toBe(29_000);
  expect(grantedBy(deadline(5_000, aged("rest", 28_000)))).toBe(5_000);
  expect(grantedBy(deadline(5_000))).toBe(5_000);
});

test("an invocation is stale one second after its function's timeout, whatever the gateway does", () => {
  expectStaleAt(deadline(100), now() + 1_100);
  expectStaleAt(deadline(-60_000), now() + 1_000);
  expectStaleAt(deadline(quarterHour, aged("rest", 80_000)), now() + quarterHour + 1_000);
});
