import middy, { type MiddlewareObj } from "@middy/core";
import httpContentEncoding from "@middy/http-content-encoding";
import httpCors from "@middy/http-cors";
import httpErrorHandler from "@middy/http-error-handler";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import { currentInvocation, type Invocation, isRehearsal } from "@midguard/kernel";
import { enterInvocation } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, type TestContext } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { warmup } from "./middleware.ts";
import { type Rehearsal, rehearse } from "./rehearse.ts";

type Handler = (event: unknown, context?: unknown) => Promise<unknown>;

/** A function that rehearses one recorded event on every ping. `build` adds the other middlewares and the handler. */
function rehearsing(
  build: (first: MiddlewareObj) => unknown,
  event: unknown = apiEvents.http(),
): { handler: Handler; rehearsals: Rehearsal[] } {
  const rehearsals: Rehearsal[] = [];
  async function prime(): Promise<void> {
    rehearsals.push(await rehearse(handler, event));
  }
  const handler = build(warmup({ prime })) as Handler;
  return { handler, rehearsals };
}

const ping = { warmup: true, correlationId: "c" };

describe("inside prime", () => {
  test("sends the event through the wrapped handler, and reports its status", async () => {
    const seen = vi.fn();
    const { handler, rehearsals } = rehearsing((first) =>
      middy()
        .use(first)
        .handler(async (event: unknown) => {
          seen(event, isRehearsal());
          return { statusCode: 204 };
        }),
    );
    const event = apiEvents.http();
    expect(await handler(ping, lambdaContext())).toMatchObject({ primed: true, cold: true, invocations: 1 });
    expect(rehearsals).toEqual([{ statusCode: 204, ms: expect.any(Number) }]);
    expect(seen.mock.calls).toMatchObject([[{ rawPath: event.rawPath }, true]]);
  });

  test("gives the handler a context of its own, with the ping's deadline", async () => {
    const contexts: TestContext[] = [];
    const left: number[] = [];
    const scopes: (Invocation | undefined)[] = [];
    const { handler } = rehearsing((first) =>
      middy()
        .use(first)
        .handler(async (_event: unknown, context: unknown) => {
          contexts.push(context as TestContext);
          left.push((context as TestContext).getRemainingTimeInMillis());
          scopes.push(currentInvocation());
        }),
    );
    const context = lambdaContext({ timeoutMs: 2_000 });
    await handler(ping, context);
    await handler(ping, context);
    expect(contexts[0]).not.toBe(context);
    expect(contexts[0]?.functionName).toBe(context.functionName);
    expect(contexts[0]?.awsRequestId).toMatch(new RegExp(`^${context.awsRequestId}-rehearsal-\\d+$`));
    expect(contexts[1]?.awsRequestId).not.toBe(contexts[0]?.awsRequestId);
    expect(left[0]).toBeGreaterThan(500);
    expect(left[0]).toBeLessThanOrEqual(2_000);
    expect(scopes[0]).toMatchObject({ rehearsal: true, requestId: contexts[0]?.awsRequestId });
  });

  test("has 0 ms left, not less, after the ping's deadline", async () => {
    await Promise.resolve(); // From here on the scope stays inside this test.
    enterInvocation({ event: {}, context: { getRemainingTimeInMillis: () => -50 } }, {});
    const left = async (_event: unknown, context: TestContext) => ({ statusCode: context.getRemainingTimeInMillis() });
    expect(await rehearse(left, {})).toMatchObject({ statusCode: 0 });
  });

  test("gives every rehearsal a fresh copy of the event", async () => {
    const bodies: unknown[] = [];
    const event = { ...apiEvents.http(), headers: { "content-type": "application/json" }, body: '{"name":"Ada"}' };
    const { handler, rehearsals } = rehearsing(
      (first) =>
        middy()
          .use(first)
          .use(httpJsonBodyParser())
          .handler(async (parsed: unknown) => {
            bodies.push((parsed as { body: unknown }).body);
            return { statusCode: 200 };
          }),
      event,
    );
    await handler(ping, lambdaContext());
    await handler(ping, lambdaContext());
    expect(bodies).toEqual([{ name: "Ada" }, { name: "Ada" }]);
    expect(rehearsals.map((rehearsal) => rehearsal.statusCode)).toEqual([200, 200]);
    expect(event.body).toBe('{"name":"Ada"}');
  });

  test("reports an error of the handler, and does not fail the ping", async () => {
    const error = new Error("no database");
    const { handler, rehearsals } = rehearsing((first) =>
      middy()
        .use(first)
        .handler(() => Promise.reject(error)),
    );
    expect(await handler(ping, lambdaContext())).toMatchObject({ warmup: true, primed: true });
    expect(rehearsals).toEqual([{ ms: expect.any(Number), error }]);
  });

  test("counts as no invocation", async () => {
    const { handler } = rehearsing((first) =>
      middy()
        .use(first)
        .handler(async () => {}),
    );
    await handler(ping, lambdaContext());
    expect(await handler(ping, lambdaContext())).toMatchObject({ invocations: 2 });
  });

  test("refuses a ping, which would rehearse without end", async () => {
    const reached = vi.fn();
    const { handler } = rehearsing((first) => middy().use(first).handler(reached), { warmup: true });
    expect(await handler(ping, lambdaContext())).toMatchObject({
      primed: false,
      primeError: "TypeError: rehearse: event must be a recorded request, got a warm-up ping",
    });
    expect(reached).not.toHaveBeenCalled();
  });

  test("ends too if only a custom isWarmup accepts the event", async () => {
    const reached = vi.fn(async () => {});
    const prime = () => rehearse(handler, "wake up");
    const handler: Handler = middy()
      .use(warmup({ prime, isWarmup: (event) => event === "wake up" }))
      .handler(reached) as unknown as Handler;
    expect(await handler("wake up", lambdaContext())).toMatchObject({ primed: true });
    expect(reached).toHaveBeenCalledTimes(1);
  });
});

describe("the ping's answer is unchanged", () => {
  const answer = { warmup: true, environmentId: expect.any(String), correlationId: "c", primed: true };
  const json = { statusCode: 200, headers: { "Content-Type": "application/json" }, body: '{"id":7}' };
  const get = async () => json;
  const failing = (): Promise<typeof json> => Promise.reject(new Error("no database"));
  const rest = { ...apiEvents.rest(), headers: { Origin: "https://shop.example", "Accept-Encoding": "gzip" } };

  const stacks: Record<string, (first: MiddlewareObj) => unknown> = {
    "with CORS": (first) => middy().use(first).use(httpCors()).handler(get),
    "with CORS outside": (first) => middy().use(httpCors()).use(first).handler(get),
    "with content encoding": (first) => middy().use(first).use(httpContentEncoding()).handler(get),
    "with content encoding outside": (first) => middy().use(httpContentEncoding()).use(first).handler(get),
    "with the error handler": (first) =>
      middy()
        .use(first)
        .use(httpErrorHandler({ logger: false }))
        .handler(failing),
    "with an inner early return": (first) =>
      middy()
        .use(first)
        .before(() => json)
        .handler(failing),
    "with an inner after that returns": (first) =>
      middy()
        .use(first)
        .after(() => json)
        .handler(get),
    "with an inner onError that returns": (first) =>
      middy()
        .use(first)
        .onError(() => json)
        .handler(failing),
    "with nested Middy handlers": (first) => {
      const users = middy().use(httpCors()).handler(get);
      return middy()
        .use(first)
        .handler((event: unknown, context: unknown) => (users as unknown as Handler)(event, context));
    },
  };

  test.each(Object.entries(stacks))("%s", async (name, build) => {
    const { handler, rehearsals } = rehearsing(build, rest);
    // Nothing of the rehearsed answer is in it.
    const got = (await handler(ping, lambdaContext())) as object;
    expect(got).toMatchObject(answer);
    expect(JSON.parse(JSON.stringify(got))).not.toHaveProperty("statusCode");
    expect(got).not.toHaveProperty("headers");
    expect(rehearsals.map((rehearsal) => rehearsal.statusCode)).toEqual([name.includes("error handler") ? 500 : 200]);
    // The next request is answered as usual.
    expect(await handler(structuredClone(rest), lambdaContext())).toMatchObject({
      statusCode: name.includes("error handler") ? 500 : 200,
    });
  });
});

describe("outside of prime", () => {
  test("runs without a deadline, as a rehearsal", async () => {
    const handler = middy().handler(async (_event: unknown, context: unknown) => {
      const left = (context as TestContext).getRemainingTimeInMillis();
      return { statusCode: isRehearsal() && left === 900_000 ? 200 : 500, endsAt: currentInvocation()?.endsAt };
    });
    expect(await rehearse(handler, {})).toMatchObject({ statusCode: 200 });
    expect(isRehearsal()).toBe(false);
  });

  test("accepts a bare handler that throws or returns no status", async () => {
    const error = new Error("synchronous");
    const throwing = (): string => {
      throw error;
    };
    expect(await rehearse(throwing, {})).toEqual({ ms: expect.any(Number), error });
    expect(await rehearse(() => "done", {})).toEqual({ ms: expect.any(Number) });
    expect(await rehearse(() => ({ statusCode: "ok" }), {})).toEqual({ ms: expect.any(Number) });
    expect(await rehearse(() => ({ statusCode: "200" }), {})).toEqual({ statusCode: 200, ms: expect.any(Number) });
  });

  test("reports no status if it cannot be read", async () => {
    const response = Object.defineProperty({}, "statusCode", {
      get() {
        throw new Error("revoked");
      },
    });
    expect(await rehearse(() => response, {})).toEqual({ ms: expect.any(Number) });
  });

  test("measures how long it took", async () => {
    const { ms } = await rehearse(() => new Promise((resolve) => setTimeout(resolve, 30)), {});
    expect(ms).toBeGreaterThanOrEqual(29);
  });

  test("refuses a streamed handler", async () => {
    const streamed = Object.assign(vi.fn(), { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "response" });
    await expect(rehearse(streamed, {})).rejects.toThrow(new TypeError("rehearse: handler must not be a streamed one"));
    expect(streamed).not.toHaveBeenCalled();
  });

  test("rejects if the event cannot be copied, before the handler runs", async () => {
    const reached = vi.fn();
    await expect(rehearse(reached, { body: () => "text" })).rejects.toThrow(
      expect.objectContaining({ name: "DataCloneError" }),
    );
    expect(reached).not.toHaveBeenCalled();
  });

  test("refuses a handler that is no function", async () => {
    await expect(rehearse("handler" as never, {} as never)).rejects.toThrow(
      'rehearse: handler must be a function, got "handler"',
    );
  });
});
