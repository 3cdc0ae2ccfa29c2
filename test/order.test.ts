import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import middy, { type MiddlewareObj } from "@middy/core";
import cors from "@middy/http-cors";
import httpErrorHandler from "@middy/http-error-handler";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureEmfLines, type MiddlewareName, makeStack, middlewareNames } from "./support/stack.ts";

const ok = { statusCode: 200, body: "ok" };
const problem = { "Content-Type": "application/problem+json", "Retry-After": expect.stringMatching(/^\d+$/) };

function wrap(stack: readonly MiddlewareObj[], handler: () => unknown = () => structuredClone(ok)) {
  return middy()
    .use([...stack])
    .handler(async () => handler());
}

afterEach(() => vi.restoreAllMocks());

describe("each pair of middlewares, in either order,", () => {
  const pairs = middlewareNames.flatMap((first) =>
    middlewareNames.filter((second) => second !== first).map((second) => [first, second] as const),
  );

  test.each(pairs)("%s and then %s: each does its work", async (first, second) => {
    const emf = captureEmfLines();
    const { breaker, middlewares } = makeStack();
    const has = (name: MiddlewareName) => first === name || second === name;
    const answers = vi.fn(() => structuredClone(ok));
    const handler = wrap([middlewares[first], middlewares[second]], answers);

    expect(await handler(apiEvents.http(), lambdaContext())).toMatchObject(ok);
    const next = await handler(apiEvents.http(), lambdaContext());
    expect(next).toMatchObject(has("rateLimit") ? { statusCode: 429, headers: problem } : ok);

    expect(await handler(otherEvents.sqs?.(), lambdaContext())).toEqual(ok);
    const ping = await handler({ warmup: true }, lambdaContext());
    expect(ping).toMatchObject(has("warmup") ? { warmup: true } : ok);
    expect(answers).toHaveBeenCalledTimes(4 - Number(has("rateLimit")) - Number(has("warmup")));

    breaker.isolate();
    const guarded = wrap([middlewares[first], middlewares[second]], () => breaker.run(async () => ok));
    const rejected = guarded({ ...apiEvents.http(), ...from("198.51.100.1") }, lambdaContext());
    if (has("circuitBreaker")) expect(await rejected).toMatchObject({ statusCode: 503, headers: problem });
    else await expect(rejected).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });

    const requests = emf.take().filter((line) => "Latency" in line);
    // Installed by `use` alone, metrics does not see what a middleware outside of it rejects.
    const unseen = Number(has("warmup")) + Number(first === "rateLimit");
    expect(requests).toHaveLength(has("metrics") ? 5 - unseen : 0);
  });
});

function from(sourceIp: string) {
  const event = apiEvents.http() as { requestContext: { http: object } };
  return { requestContext: { ...event.requestContext, http: { ...event.requestContext.http, sourceIp } } };
}

describe("a 429 of the whole stack is a problem document with its headers", () => {
  const quietErrors = httpErrorHandler({ logger: false });
  const places = { first: [quietErrors, [], []], last: [[], [], quietErrors], absent: [[], [], []] } as const;

  test.each(Object.entries(places))("with http-error-handler %s", async (_place, [before, , after]) => {
    captureEmfLines();
    const { middlewares } = makeStack();
    const handler = wrap([before, Object.values(middlewares), after].flat() as MiddlewareObj[]);
    await handler(apiEvents.http(), lambdaContext());
    const response = await handler(apiEvents.http(), lambdaContext());
    expect(response).toMatchObject({ statusCode: 429, headers: { ...problem, RateLimit: expect.any(String) } });
    expect(JSON.parse(response.body)).toMatchObject({ status: 429, "violated-policies": expect.any(Array) });
  });

  test("and CORS keeps its own", async () => {
    captureEmfLines();
    const { middlewares } = makeStack();
    const handler = wrap([
      cors({ origin: "*" }) as MiddlewareObj,
      ...Object.values(middlewares),
      quietErrors as MiddlewareObj,
    ]);
    await handler(apiEvents.http(), lambdaContext());
    const { headers } = await handler(apiEvents.http(), lambdaContext());
    expect(headers).toMatchObject({ ...problem, "Access-Control-Allow-Origin": "*" });
  });
});

describe("beside Powertools' logger, tracer and metrics", () => {
  const powertools = () =>
    [
      injectLambdaContext(new Logger({ serviceName: "stack", logLevel: "SILENT" })),
      captureLambdaHandler(new Tracer({ serviceName: "stack", enabled: false })),
      logMetrics(new Metrics({ namespace: "Own", serviceName: "stack" })),
    ] as MiddlewareObj[];

  test.each(["before", "after"])("%s ours, nothing is lost", async (place) => {
    const emf = captureEmfLines();
    vi.spyOn(console, "warn").mockReturnValue();
    const own = new Metrics({ namespace: "Own", serviceName: "stack" });
    const { middlewares } = makeStack();
    const ours = Object.values(middlewares);
    const theirs = [...powertools(), logMetrics(own) as MiddlewareObj];
    const handler = wrap(place === "before" ? [...theirs, ...ours] : [...ours, ...theirs], () => {
      own.addDimension("tenant", "a");
      own.addMetric("Orders", "Count", 1);
      return structuredClone(ok);
    });
    expect(await handler(apiEvents.http(), lambdaContext())).toMatchObject(ok);
    expect(await handler(apiEvents.http(), lambdaContext())).toMatchObject({ statusCode: 429, headers: problem });
    expect(await handler({ warmup: true }, lambdaContext())).toMatchObject({ warmup: true });

    const lines = emf.take();
    const requests = lines.filter((line) => "Latency" in line);
    expect(requests).toHaveLength(2);
    for (const line of requests) expect(line).not.toHaveProperty("tenant");
    expect(lines.filter((line) => "Orders" in line)).toEqual([expect.objectContaining({ tenant: "a", Orders: 1 })]);
    expect(lines.filter((line) => "WarmupPing" in line)).toHaveLength(1);
  });

  test("logMetrics with throwOnEmptyMetrics turns a rejection into an error, with or without us", async () => {
    captureEmfLines();
    const own = new Metrics({ namespace: "Own", serviceName: "stack" });
    const { middlewares } = makeStack();
    const handler = wrap([logMetrics(own, { throwOnEmptyMetrics: true }) as MiddlewareObj, middlewares.rateLimit]);
    await expect(handler(apiEvents.http(), lambdaContext())).rejects.toThrow(/metrics/);
  });
});
