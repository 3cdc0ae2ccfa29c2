import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Metrics } from "@aws-lambda-powertools/metrics";
import middy, { middyValidateOptions } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import httpErrorHandler from "@middy/http-error-handler";
import { subscribe } from "@midguard/kernel";
import { currentScope, enterInvocation, eventChannel, runRehearsal, type Scope } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Handler, install, type Place, places, type Stack } from "../test/install.ts";
import { captureLines, setCold, stubStreaming } from "../test/lines.ts";
import { metrics } from "./index.ts";

const lines = captureLines();
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Calls it and takes what comes, as Lambda does. */
async function invoke(handler: Handler, event?: unknown, context?: object): Promise<unknown> {
  try {
    return await handler(event, context);
  } catch (error) {
    return error;
  }
}

class NotFound extends Error {
  readonly statusCode = 404;
}

function fail(error: unknown): () => never {
  return () => {
    throw error;
  };
}

type Expected = readonly [fault: number, error: number, statusCode?: number] | "no line";
const success: Expected = [0, 0, 200];
const fault: Expected = [1, 0];

interface Scenario extends Stack {
  readonly expected: Readonly<Record<Place, Expected>>;
  readonly timeoutMs?: number;
}

function everywhere(expected: Expected): Scenario["expected"] {
  return { use: expected, plugin: expected, both: expected };
}

function notByUse(expected: Expected): Scenario["expected"] {
  return { use: "no line", plugin: expected, both: expected };
}

const errorHandler = httpErrorHandler({ logger: false });

const scenarios: Record<string, Scenario> = {
  "a 2xx": { expected: everywhere(success) },
  "a payload 2.0 shorthand": { handler: async () => ({ id: 7 }), expected: everywhere(success) },
  "a 4xx": { handler: async () => ({ statusCode: 404 }), expected: everywhere([0, 1, 404]) },
  "a 5xx": { handler: async () => ({ statusCode: 503 }), expected: everywhere([1, 0, 503]) },
  "a handler that throws": { handler: fail(new Error("boom")), expected: everywhere(fault) },
  "a handler that throws undefined": {
    handler: fail(undefined),
    // Middy keeps the error, and here there is none: only an onError knows of it.
    expected: { use: fault, plugin: success, both: fault },
  },
  "an onError that assigns": {
    handler: fail(new Error("boom")),
    inner: {
      onError: (request) => {
        request.response = { statusCode: 418 };
      },
    },
    expected: everywhere([0, 1, 418]),
  },
  "http-error-handler inside": {
    handler: fail(new NotFound("no such order")),
    inner: errorHandler,
    expected: everywhere([0, 1, 404]),
  },
  "http-error-handler outside": {
    handler: fail(new NotFound("no such order")),
    outer: errorHandler,
    expected: everywhere([0, 1, 404]),
  },
  "a 4xx error that nobody answers": {
    handler: fail(new NotFound("no such order")),
    // The client gets the gateway's 5xx. A middleware cannot know that none further out will answer.
    expected: { use: [0, 1, 404], plugin: fault, both: fault },
  },
  "an onError that returns": {
    handler: fail(new Error("boom")),
    inner: { onError: () => ({ statusCode: 404 }) },
    expected: notByUse([0, 1, 404]),
  },
  "an onError that throws": {
    handler: fail(new Error("boom")),
    inner: { onError: fail(new Error("worse")) },
    expected: notByUse(fault),
  },
  "an onError that throws over an answer": {
    handler: fail(new NotFound("no such order")),
    inner: {
      ...errorHandler,
      after: () => undefined,
      onError: (request) => {
        errorHandler.onError?.(request);
        throw new Error("worse");
      },
    },
    expected: notByUse(fault),
  },
  "an onError further out that throws over an answer": {
    handler: fail(new NotFound("no such order")),
    inner: errorHandler,
    outer: { onError: fail(new Error("worse")) },
    expected: { use: [0, 1, 404], plugin: fault, both: fault },
  },
  "an inner after that returns": {
    inner: { after: () => ({ statusCode: 404 }) },
    expected: notByUse([0, 1, 404]),
  },
  "an inner after that throws": { inner: { after: fail(new Error("boom")) }, expected: everywhere(fault) },
  "an outer before that throws": { outer: { before: fail(new Error("boom")) }, expected: notByUse(fault) },
  "an outer after that throws": {
    outer: { after: fail(new Error("boom")) },
    expected: { use: success, plugin: fault, both: fault },
  },
  "an early return": { inner: { before: () => ({ statusCode: 304 }) }, expected: notByUse([0, 0, 304]) },
  "an early return further out": { outer: { before: () => ({ statusCode: 304 }) }, expected: notByUse([0, 0, 304]) },
  "an early timeout": {
    handler: () => sleep(200),
    timeoutMs: 30,
    expected: everywhere(fault),
  },
  "an early timeout that is answered": {
    handler: () => sleep(200),
    timeoutMs: 30,
    plugin: { timeoutEarlyResponse: () => ({ statusCode: 504 }) },
    expected: everywhere([1, 0, 504]),
  },
};

describe.each(Object.entries(scenarios))("%s", (_name, { expected, timeoutMs = 3_000, ...stack }) => {
  test.each(places)("by %s", async (place) => {
    await invoke(install(place, stack), apiEvents.http(), lambdaContext({ timeoutMs }));

    const [line, ...others] = lines.all();
    expect(others).toEqual([]);
    const seen: Expected =
      line === undefined
        ? "no line"
        : ([line.Fault, line.Error, ...("statusCode" in line ? [line.statusCode] : [])] as unknown as Expected);
    expect(seen).toEqual(expected[place]);
  });
});

describe("a stream", () => {
  const plugin = { executionMode: executionModeStreamifyResponse };

  let now = 5_000;
  beforeEach(() => {
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });

  async function* slowly(): AsyncGenerator<string> {
    yield "first ";
    now += 100;
    yield "last";
  }

  test.each([
    ["use", 0],
    ["plugin", 100],
    ["both", 100],
  ] as const)("by %s is measured for %d ms of the 100 it takes", async (place, latency) => {
    const { chunks } = stubStreaming();
    await invoke(install(place, { plugin, handler: async () => ({ statusCode: 200, body: Readable.from(slowly()) }) }));

    expect(Buffer.concat(chunks).toString()).toBe("first last");
    expect(lines.all()).toMatchObject([{ Latency: latency, Fault: 0, Error: 0, statusCode: 200 }]);
  });

  test.each([
    ["use", 1],
    ["plugin", 0],
    ["both", 1],
  ] as const)("whose handler throws has, by %s, %d lines", async (place, count) => {
    stubStreaming();
    const result = await invoke(install(place, { plugin, handler: fail(new Error("boom")) }));

    expect(result).toMatchObject({ message: "boom" });
    expect(lines.all()).toMatchObject(Array.from({ length: count }, () => ({ Fault: 1, Error: 0 })));
  });

  test("whose handler throws and is answered by a stream has one line, with the answer and its time", async () => {
    stubStreaming();
    const inner: middy.MiddlewareObj = {
      onError: (request) => {
        request.response = { statusCode: 404, body: Readable.from(slowly()) };
      },
    };
    await invoke(install("both", { plugin, handler: fail(new NotFound("no")), inner }));

    expect(lines.all()).toMatchObject([{ Latency: 100, Fault: 0, Error: 1, statusCode: 404 }]);
  });

  async function* broken(): AsyncGenerator<string> {
    yield "first";
    throw new Error("lost the database");
  }

  test.each([
    ["use", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 0],
    ["plugin", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 1],
    ["both", "an answer with a body", (body: Readable) => ({ statusCode: 200, body }), 1],
    ["both", "a bare stream", (body: Readable) => body, 1],
  ] as const)("that breaks off is, by %s and of %s, told", async (place, _name, answer, expected) => {
    stubStreaming();
    const handler = install(place, { plugin, handler: async () => answer(Readable.from(broken())) });
    const result = await invoke(handler);

    expect(result).toMatchObject({ message: "lost the database" });
    expect(lines.all()).toMatchObject([{ Fault: expected, Error: 0, statusCode: 200 }]);
  });

  test("of a string is a success", async () => {
    stubStreaming();
    await invoke(install("both", { plugin, handler: async () => "text" }));

    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 0, statusCode: 200 }]);
  });
});

test("an answer that is no stream does not break off", async () => {
  await install("both", { handler: async () => ({ statusCode: 200, errored: new Error("a field of the user's") }) })();

  expect(lines.all()).toMatchObject([{ Fault: 0 }]);
});

test("a custom execution mode is no stream", async () => {
  const { executionModeStandard } = await import("@middy/core/Standard");
  await invoke(
    install("both", {
      plugin: { executionMode: executionModeStandard },
      handler: fail(new NotFound("no")),
      outer: errorHandler,
    }),
  );

  expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1, statusCode: 404 }]);
});

test("a durable execution counts once, when it ends, though its hooks are replayed", async () => {
  const measured = metrics({ namespace: "Shop" });
  // Lambda ends an invocation that waits, and replays the hooks in a later one.
  const suspended = middy(measured)
    .use(measured)
    .handler(() => new Promise(() => {}) as never);
  void suspended(apiEvents.http(), lambdaContext() as never);
  const resumed = middy(measured)
    .use(measured)
    .handler(async () => "done");
  await resumed(apiEvents.http(), lambdaContext() as never);

  expect(lines.all()).toHaveLength(1);
});

test("the line has two dimension sets, three metrics, two properties and at most 400 bytes", async () => {
  const context = lambdaContext();
  await invoke(install("both"), apiEvents.http(), context);

  const [line] = lines.all();
  expect(line).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Shop",
          Dimensions: [["service", "route"], ["service"]],
          Metrics: [
            { Name: "Latency", Unit: "Milliseconds" },
            { Name: "Fault", Unit: "Count" },
            { Name: "Error", Unit: "Count" },
          ],
        },
      ],
    },
    service: "orders",
    route: "GET /users/{id}",
    requestId: context.awsRequestId,
    statusCode: 200,
    Latency: expect.any(Number),
    Fault: 0,
    Error: 0,
  });
  expect(Buffer.byteLength(lines.raw[0] ?? "")).toBeLessThanOrEqual(400);
});

test("Latency is the time from requestStart, in hundredths of a millisecond, whatever the wall clock does", async () => {
  let now = 5_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const handler = install("both", {
    outer: {
      before: () => {
        now += 5;
      },
    },
    handler: async () => {
      now += 12.3456;
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
      return { statusCode: 200 };
    },
  });
  await handler();

  expect(lines.all()[0]?.Latency).toBe(17.35);
});

test("Latency by use alone begins with its before", async () => {
  let now = 5_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const outer: middy.MiddlewareObj = {
    before: () => {
      now += 100;
    },
  };
  await install("use", { outer })();

  expect(lines.all()[0]?.Latency).toBe(0);
});

describe("cold start", () => {
  test("is 1 on the line of the environment's first request, and nowhere else", async () => {
    setCold(true);
    const handler = install("both");
    await handler();
    await handler();
    await install("both")();

    expect(lines.all().map((line) => line.ColdStart)).toEqual([1, undefined, undefined]);
  });

  test("is counted once among overlapping first requests", async () => {
    setCold(true);
    const handler = install("both", { handler: () => sleep(2) });
    await Promise.all(Array.from({ length: 10 }, () => handler()));

    expect(lines.all().filter((line) => line.ColdStart === 1)).toHaveLength(1);
  });

  test.each(["provisioned-concurrency", "snap-start", "lambda-managed-instances"])(
    "is not counted on %s",
    async (type) => {
      vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", type);
      setCold(true);
      await install("both")();

      expect(lines.all()[0]).not.toHaveProperty("ColdStart");
    },
  );

  test("is counted on demand", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    setCold(true);
    await install("both")();

    expect(lines.all()[0]?.ColdStart).toBe(1);
  });

  test("can be switched off", async () => {
    setCold(true);
    await install("both", { measured: metrics({ namespace: "Shop", coldStart: false }) })();

    expect(lines.all()[0]).not.toHaveProperty("ColdStart");
  });
});

describe("a warm-up ping", () => {
  const channel = eventChannel("warmup");
  const owner = {};
  /** What the warm-up middleware does: tells of the ping, and answers early. */
  const warmup: middy.MiddlewareObj = {
    before(request) {
      enterInvocation(request, owner);
      if ((request.event as { warmup?: true }).warmup !== true) return;
      channel.publish({ type: "warmup.pinged", source: "w", cold: true, stale: false, heldMs: 0, correlationId: "c" });
      return { warmup: true };
    },
  };

  describe.each(["inner", "outer"] as const)("answered by an %s middleware", (side) => {
    test.each(places)(
      "is a WarmupPing by %s, not traffic, and leaves the cold start to the first request",
      async (place) => {
        setCold(true);
        const context = lambdaContext();
        const handler = install(place, { [side]: warmup });
        expect(await handler({ warmup: true }, context)).toEqual({ warmup: true });

        expect(lines.all()).toMatchObject([{ WarmupPing: 1, service: "orders", requestId: context.awsRequestId }]);
        expect(lines.all()[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([["service"]]);

        // With the same context object, as tests like to have it: still a request of its own.
        await handler(apiEvents.http(), context);
        expect(lines.requests()).toMatchObject([{ ColdStart: 1 }]);
        expect(lines.all()).toHaveLength(2);
      },
    );
  });
});

describe("a rehearsal", () => {
  test.each(places)("writes nothing by %s, whatever happens in it", async (place) => {
    const context = lambdaContext();
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    const handler = install(place, {
      handler: async (event: { fail?: boolean }) => {
        eventChannel("circuit-breaker").publish({ type: "circuit.rejected", source: "payments", retryAfterMs: 1 });
        if (event.fail) throw new Error("boom");
        return { statusCode: 200 };
      },
    });
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await runRehearsal(context, () => invoke(handler, { ...apiEvents.http(), fail: true }, context));

    expect(lines.all()).toEqual([]);
  });

  test("writes nothing either of what it has left running", async () => {
    const context = lambdaContext();
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    let late: Promise<void> | undefined;
    const handler = install("both", {
      handler: async () => {
        late = sleep(5).then(() => {
          eventChannel("circuit-breaker").publish({ type: "circuit.rejected", source: "payments", retryAfterMs: 1 });
        });
      },
    });
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await late;

    expect(lines.all()).toEqual([]);
  });

  test("does not use up the cold start", async () => {
    setCold(true);
    const context = lambdaContext();
    const handler = install("both");
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    await runRehearsal(context, () => handler(apiEvents.http(), context));
    await handler();

    expect(lines.all()).toMatchObject([{ ColdStart: 1 }]);
  });
});

describe("nested and doubled", () => {
  test.each(places)("a Middy handler inside counts with the one around it, by %s", async (place) => {
    const measured = metrics({ namespace: "Shop", service: "orders" });
    const inner = install(place, { measured, handler: async () => ({ statusCode: 404 }) });
    const context = lambdaContext();
    const router = install(place, { measured, handler: async () => inner(apiEvents.rest(), context) });
    await router(apiEvents.http(), context);

    expect(lines.all()).toMatchObject([{ route: "GET /users/{id}", Error: 1, statusCode: 404 }]);
  });

  test("a Middy handler inside that throws is counted once, as answered", async () => {
    const measured = metrics({ namespace: "Shop", service: "orders" });
    const context = lambdaContext();
    const inner = install("both", { measured, handler: fail(new Error("boom")) });
    const router = install("both", {
      measured,
      handler: () => inner(apiEvents.rest(), context).catch(() => ({ statusCode: 404 })),
    });
    await router(apiEvents.http(), context);

    expect(lines.all()).toMatchObject([{ Fault: 0, Error: 1, statusCode: 404 }]);
  });

  test("a Middy handler inside is measured where the one around it is not", async () => {
    const context = lambdaContext();
    const inner = install("both");
    await middy(async () => inner(apiEvents.http(), context))({}, context);

    expect(lines.all()).toHaveLength(1);
  });

  test("installed twice as middleware counts once", async () => {
    const measured = metrics({ namespace: "Shop" });
    await install("both", { measured, inner: measured })();
    await install("use", { measured, inner: measured })();
    await invoke(install("use", { measured, inner: measured, handler: fail(new Error("boom")) }));

    expect(lines.all().map((line) => line.Fault)).toEqual([0, 0, 1]);
  });

  test("two measured objects write a line each", async () => {
    const other = metrics({ namespace: "Other" });
    await install("both", { inner: other })();

    expect(
      lines
        .all()
        .map((line) => line._aws.CloudWatchMetrics[0]?.Namespace)
        .sort(),
    ).toEqual(["Other", "Shop"]);
  });

  test("two measured objects write a line each, also where one has served the context object before", async () => {
    const context = lambdaContext();
    const inner = metrics({ namespace: "Inner" });
    await install("both", { measured: inner })(apiEvents.http(), context);
    await install("both", { inner })(apiEvents.http(), context);

    const namespaces = lines.all().map((line) => line._aws.CloudWatchMetrics[0]?.Namespace);
    expect(namespaces).toEqual(["Inner", "Inner", "Shop"]);
  });

  test("requests one after the other count each, also with the same context object", async () => {
    const context = lambdaContext();
    const handler = install("both");
    await handler(apiEvents.http(), context);
    await handler(apiEvents.http(), context);

    expect(lines.all()).toHaveLength(2);
  });
});

describe("50 overlapping requests", () => {
  /** Request n answers after a time of its own with status 200 + n, on route /n. */
  async function overlap(place: Place): Promise<void> {
    const handler = install(place, {
      handler: async ({ n }: { n: number }) => {
        await sleep((n * 7) % 11);
        return { statusCode: 200 + n };
      },
    });
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const event = { ...apiEvents.rest(), resource: `/${n}`, n };
        return run(() => handler(event, { ...lambdaContext(), awsRequestId: `r${n}` }));
      }),
    );
    const seen = lines.all().map(({ route, requestId, statusCode }) => ({ route, requestId, statusCode }));
    seen.sort((a, b) => Number(a.statusCode) - Number(b.statusCode));
    expect(seen).toEqual(
      Array.from({ length: 50 }, (_, n) => ({ route: `GET /${n}`, requestId: `r${n}`, statusCode: 200 + n })),
    );
    for (const line of lines.all()) expect(line._aws.CloudWatchMetrics[0]?.Dimensions).toHaveLength(2);
  }

  let run = <T>(call: () => T): T => call();

  test.each(places)("stay apart by %s", overlap);

  test.each(places)("stay apart in Lambda's own InvokeStore by %s", async (place) => {
    vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
    const { InvokeStore } = await import("@aws/lambda-invoke-store");
    const store = await InvokeStore.getInstanceAsync(true);
    vi.stubGlobal("awslambda", { InvokeStore: store });
    const plain = run;
    run = (call) => store.run({}, call);
    try {
      await overlap(place);
    } finally {
      run = plain;
    }
  });

  test("are answered, with one warning, where the runtime has no InvokeStore", async () => {
    vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
    vi.stubGlobal("awslambda", {});
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const handler = install("both");
    const answers = await Promise.all(Array.from({ length: 50 }, () => handler()));

    expect(answers).toHaveLength(50);
    expect(lines.all()).toEqual([]);
    expect(warning).toHaveBeenCalledTimes(1);
    expect(warning.mock.calls[0]?.[0]).toMatch(/InvokeStore is not available/);

    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    await handler();
    expect(lines.all()).toHaveLength(1);
  });
});

describe("events that are no API request", () => {
  test.each(Object.entries(otherEvents))(
    "%s: one line, a status is no error, a throw is a fault",
    async (_name, event) => {
      await invoke(install("both", { handler: async () => ({ statusCode: 404 }) }), event());
      await invoke(install("both", { handler: fail(new NotFound("no")) }), event());
      await invoke(install("use", { handler: fail(new NotFound("no")) }), event());

      expect(lines.all()).toMatchObject([
        { Fault: 0, Error: 0 },
        { Fault: 1, Error: 0 },
        { Fault: 1, Error: 0 },
      ]);
      for (const line of lines.all()) expect(line).not.toHaveProperty("statusCode");
    },
  );
});

test("an event or response that throws when it is read fails no request, and is warned of once", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const trap = {
    get statusCode() {
      throw new Error("trap");
    },
  };
  const handler = install("use", { handler: () => trap });
  expect(await handler()).toBe(trap);
  expect(await handler()).toBe(trap);

  expect(warning).toHaveBeenCalledTimes(1);
  expect(lines.all()).toEqual([]);
});

describe.each(places)("the invocation, by %s", (place) => {
  test.each<[string, () => unknown]>([
    ["an answer", () => ({ statusCode: 200 })],
    ["a throw", fail(new Error("boom"))],
  ])("is open in the handler and ends with the line, after %s", async (_name, end) => {
    let scope: Scope | undefined;
    let wasOpen = false;
    const handler = install(place, {
      handler: async () => {
        scope = currentScope();
        wasOpen = scope?.ended === false;
        return end();
      },
    });
    await invoke(handler);

    expect(wasOpen).toBe(true);
    expect(scope?.ended).toBe(true);
  });
});

test("a line that fails half filled is dropped with one warning, and the next is whole", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const serialize = vi
    .spyOn(Metrics.prototype, "serializeMetrics")
    .mockImplementationOnce(fail(new Error("disk full")));
  const handler = install("both");
  await handler();
  await handler();

  expect(serialize).toHaveBeenCalledTimes(2);
  expect(lines.all()).toMatchObject([{ Fault: 0, Error: 0, Latency: expect.any(Number) }]);
  expect(warning).toHaveBeenCalledTimes(1);
});

test("the hooks tolerate to be called alone", () => {
  const measured = metrics({ namespace: "Shop" });
  const request = () => ({ event: {}, context: {}, response: undefined, error: undefined, internal: {} }) as never;
  measured.requestEnd(request());
  measured.after?.(request());
  measured.onError?.(request());

  expect(lines.all()).toEqual([]);
});

test("a plugin of the user's own may call the hooks, as functions or as methods", async () => {
  const measured = metrics({ namespace: "Shop" });
  const { requestStart, requestEnd } = measured;
  const asFunctions = { requestStart: (request: never) => requestStart(request), requestEnd };
  const asMethods = { requestStart: (request: never) => measured.requestStart(request), requestEnd };
  for (const plugin of [asFunctions, asMethods]) {
    await middy(plugin as never).handler(async () => ({ statusCode: 200 }))({}, lambdaContext() as never);
    const failing = middy(plugin as never)
      .use(measured)
      .handler(fail(new Error("boom")) as never);
    await invoke(failing as Handler);
  }

  expect(lines.all().map((line) => line.Fault)).toEqual([0, 1, 0, 1]);
});

test("the object passes for a plugin, and a spread of it takes along the plugin's hooks alone", () => {
  const measured = metrics({ namespace: "Shop" });
  expect(() => middyValidateOptions({ ...measured })).not.toThrow();
  expect(() => middyValidateOptions(measured as never)).not.toThrow();
  expect(Object.keys(measured)).toEqual(["requestStart", "requestEnd"]);
});

test("one subscription serves the process, however many are made", () => {
  const heard: unknown[] = [];
  const unsubscribe = subscribe((event) => heard.push(event));
  for (let i = 0; i < 20; i += 1) metrics({ namespace: "Shop", service: `s${i}` });
  eventChannel("retry").publish({
    type: "retry.scheduled",
    source: "payments",
    attempt: 1,
    delayMs: 1,
    outcome: { ok: true, value: 1 },
  });
  unsubscribe();

  expect(heard).toHaveLength(1);
  expect(lines.all()).toMatchObject([{ service: "s19", dependency: "payments", RetryAttempts: 1 }]);
});
