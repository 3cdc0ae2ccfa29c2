import { setTimeout as sleep } from "node:timers/promises";
import type { MidguardEvent } from "@midguard/kernel";
import { enterInvocation, eventChannel, leaveInvocation, runRehearsal } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { stubMonotonicClock } from "../../test/clock.ts";
import { install, places } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { measureCall, metrics } from "../index.ts";

const lines = captureLines();

/** A clock of the calls: each takes what `takes` is given. */
function stubClock(): { readonly takes: (ms: number) => () => string } {
  let now = 5_000;
  stubMonotonicClock(() => now);
  return {
    takes: (ms) => () => {
      now += ms;
      return "answer";
    },
  };
}

test.each(places)("the calls of a request are a list for each dependency, by %s", async (place) => {
  const { takes } = stubClock();
  const handler = async (): Promise<object> => {
    await measureCall("payments", takes(20.126));
    await measureCall("stock", takes(5));
    await measureCall("payments", takes(30));
    return { statusCode: 200 };
  };
  const context = lambdaContext();
  await install(place, { handler })(apiEvents.http(), context);

  const { awsRequestId: requestId } = context;
  expect(lines.events()).toMatchObject([
    { dependency: "payments", DependencyLatency: [20.13, 30], requestId },
    { dependency: "stock", DependencyLatency: 5, requestId },
  ]);
  for (const { _aws } of lines.events()) {
    expect(_aws.CloudWatchMetrics).toMatchObject([
      { Dimensions: [["service", "dependency"]], Metrics: [{ Name: "DependencyLatency", Unit: "Milliseconds" }] },
    ]);
  }
});

test("a call returns what it returns, and fails as it fails", async () => {
  const error = new Error("boom");
  await expect(measureCall("payments", () => "text")).resolves.toBe("text");
  await expect(measureCall("payments", async () => 7)).resolves.toBe(7);
  await expect(measureCall("payments", () => Promise.reject(error))).rejects.toBe(error);
  await expect(
    measureCall("payments", () => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(lines.all()).toHaveLength(4);
});

test("a call is on the line of its dependency's events", async () => {
  const handler = async (): Promise<object> => {
    await measureCall("payments", () => 1);
    const event = { type: "circuit.rejected", source: "payments", retryAfterMs: 1 } as const;
    eventChannel<MidguardEvent>("circuit-breaker").publish(event);
    return { statusCode: 200 };
  };
  await install("both", { handler })();

  expect(lines.events()).toMatchObject([{ DependencyLatency: expect.any(Number), CircuitRejected: 1 }]);
  expect(lines.events()).toHaveLength(1);
});

test("otel has seconds", async () => {
  const { takes } = stubClock();
  const measured = metrics({ namespace: "Shop", names: "otel" });
  await install("both", { measured, handler: () => measureCall("payments", takes(20)) })();
  expect(lines.all()[1]).toMatchObject({ "server.service.name": "payments", "midguard.dependency.duration": 0.02 });
});

test("hundreds of calls are several lines of at most 100 values, and none is lost", async () => {
  const { takes } = stubClock();
  const handler = async (): Promise<object> => {
    for (let call = 0; call < 250; call += 1) await measureCall("payments", takes(call / 100));
    return { statusCode: 200 };
  };
  await install("both", { handler })();

  const lists = lines.events().map(({ DependencyLatency }) => DependencyLatency as number[]);
  expect(lists.map(({ length }) => length)).toEqual([99, 99, 52]);
  expect(lists.flat()).toEqual(Array.from({ length: 250 }, (_, call) => call / 100));
  for (const line of lines.events())
    expect(line).toMatchObject({ dependency: "payments", requestId: expect.any(String) });
  expect(lines.requests()).toMatchObject([{ Fault: 0, route: "GET /users/{id}" }]);
});

test("calls of an invocation that no metrics() measures are not kept without end", async () => {
  const owner = {};
  const request = { event: {}, context: lambdaContext() };
  enterInvocation(request, owner);
  for (let call = 0; call < 300; call += 1) await measureCall("payments", () => 1);
  leaveInvocation(request, owner);
  expect(lines.all()).toEqual([]);
});

test("a call that an outer before makes counts with the request", async () => {
  const outer = {
    before: async (request: object) => {
      enterInvocation(request as never, outer);
      await measureCall("secrets", () => 1);
    },
  };
  await install("use", { outer })();
  expect(lines.events()).toMatchObject([{ dependency: "secrets" }]);
});

describe("a call that ends", () => {
  test("after the request's line, but in its invocation, is emitted at once", async () => {
    const owner = {
      before: (request: object) => void enterInvocation(request as never, owner),
      after: () => measureCall("audit", () => undefined),
    };
    await install("use", { outer: owner as never })();
    expect(lines.all()).toMatchObject([{ Latency: expect.any(Number) }, { dependency: "audit" }]);
  });

  test("after the invocation is not measured: the process may have been frozen", async () => {
    let late: Promise<unknown> | undefined;
    const handler = () => {
      late = measureCall("audit", () => sleep(10));
      return { statusCode: 200 };
    };
    await install("both", { handler })();
    await late;
    expect(lines.all()).toHaveLength(1);
  });

  test("outside of any invocation is emitted at once, by the metrics() made last", async () => {
    metrics({ namespace: "Shop", service: "last" });
    await measureCall("secrets", () => 1);
    expect(lines.all()).toMatchObject([
      { service: "last", dependency: "secrets", DependencyLatency: expect.any(Number) },
    ]);
  });
});

test("a rehearsal measures none", async () => {
  await runRehearsal(lambdaContext(), async () => measureCall("payments", () => 1));
  expect(lines.all()).toEqual([]);
});

test.each(["", "café", "x".repeat(2_000), undefined, 7])(
  "a dependency named %j is OTHER, with one warning",
  async (name) => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const handler = () => measureCall(name as string, () => ({ statusCode: 200 }));
    const measured = install("both", { handler });
    await measured();
    await measured();

    expect(lines.events()).toMatchObject([{ dependency: "OTHER" }, { dependency: "OTHER" }]);
    expect(lines.requests()).toMatchObject([{ Fault: 0 }, { Fault: 0 }]);
    expect(warning).toHaveBeenCalledTimes(1);
  },
);

test("50 overlapping requests each have their own calls", async () => {
  const handler = install("both", {
    handler: async ({ n }: { n: number }) => {
      await measureCall(`d${n}`, () => sleep(1));
      return { statusCode: 200 };
    },
  });
  await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      handler({ ...apiEvents.http(), n }, { ...lambdaContext(), awsRequestId: `r${n}` }),
    ),
  );
  const seen = lines.events().map(({ dependency, requestId }) => `${dependency} ${requestId}`);
  expect(seen.sort()).toEqual(Array.from({ length: 50 }, (_, n) => `d${n} r${n}`).sort());
});
