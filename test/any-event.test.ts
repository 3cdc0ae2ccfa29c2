import middy from "@middy/core";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureEmfLines, makeStack, middlewareNames } from "./support/stack.ts";

/** Our rejections, the only errors that a middleware of ours may bring. */
const documented = ["RATE_LIMITED", "ACCESS_DENIED", "CIRCUIT_OPEN"];
const answer = { done: true };

afterEach(() => vi.restoreAllMocks());

const leaf = fc.anything({ withNullPrototype: true, maxDepth: 2 });
const field = fc.oneof(leaf, fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom("GET", "$connect", "aws.events", true));

/** Anything at all, and events that look real up to some field. */
const anyEvent = fc.oneof(
  leaf,
  fc.dictionary(
    fc.constantFrom("requestContext", "Records", "cf", "detail", "source", "warmup", "warmer", "headers"),
    field,
  ),
  fc
    .tuple(
      fc.constantFrom(...Object.values(apiEvents)),
      fc.constantFrom("headers", "requestContext", "httpMethod", "version"),
      field,
    )
    .map(([make, name, value]) => ({ ...make(), [name]: value })),
  fc
    .tuple(
      fc.constantFrom(...Object.values(apiEvents)),
      fc.constantFrom("identity", "http", "elb", "routeKey", "timeEpoch"),
      field,
    )
    .map(([make, name, value]) => {
      const event = make();
      return { ...event, requestContext: { ...(event.requestContext as object), [name]: value } };
    }),
);

describe.each(middlewareNames)("%s", (name) => {
  test("never throws but its own rejection, whatever the event", async () => {
    captureEmfLines();
    const handler = middy()
      .use(makeStack({ perHour: 1_000_000 }).middlewares[name])
      .handler(async () => answer);
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const outcome = await Promise.resolve(handler(event, lambdaContext())).catch(
          (error: { code?: string }) => error.code,
        );
        if (typeof outcome === "string") expect(documented).toContain(outcome);
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);

  test.each(Object.entries(otherEvents))("lets an event of kind %s pass untouched", async (_kind, make) => {
    captureEmfLines();
    const event = make();
    const handled = vi.fn(async () => answer);
    const handler = middy()
      .use(makeStack({ perHour: 1 }).middlewares[name])
      .handler(handled);
    for (let times = 0; times < 3; times++) expect(await handler(event, lambdaContext())).toBe(answer);
    expect(handled).toHaveBeenCalledTimes(3);
    expect(event).toEqual(make());
  });

  test("leaves an error on a queue an error", async () => {
    captureEmfLines();
    const { breaker, middlewares } = makeStack();
    breaker.isolate();
    const handler = middy()
      .use(middlewares[name])
      .handler(() => breaker.run(async () => answer));
    await expect(handler(otherEvents.sqs?.(), lambdaContext())).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
  });
});
