import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { apiEvents, lambdaContext, manualClock, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { createCircuitBreakers } from "./family.ts";
import { circuitBreaker } from "./middleware.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

function isolated() {
  const breaker = createCircuitBreaker({ name: "payments" });
  void breaker.isolate();
  return breaker;
}

const problem = {
  type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
  title: "Service Unavailable",
  status: 503,
  detail: "A service that this request needs is unavailable",
};
const rejecting = (breaker = isolated()) =>
  middy()
    .use(circuitBreaker({ breakers: [breaker] }))
    .handler(() => breaker.run(() => ({ statusCode: 200 })));

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer differs by the kind of event.
type Answer = any;

describe("a rejection by an open circuit is answered", () => {
  test.each(["rest", "http", "functionUrl", "alb", "websocket"] as const)(
    "with 503 and Retry-After: %s",
    async (kind) => {
      const answer: Answer = await rejecting()(apiEvents[kind](), lambdaContext());
      expect(answer.statusCode).toBe(503);
      expect(answer.headers).toEqual({ "Content-Type": "application/problem+json", "Retry-After": "2" });
      expect(JSON.parse(answer.body)).toEqual(problem);
    },
  );

  test.each(Object.keys(otherEvents))("with nothing but the error if the event is no API request: %s", async (kind) => {
    const event = otherEvents[kind]?.();
    await expect(rejecting()(event, lambdaContext())).rejects.toThrow(CircuitOpenError);
  });

  const quiet = { logger: false as never };
  const breakers = [isolated()] as const;
  const stacks = {
    first: middy().use(httpErrorHandler(quiet)).use(circuitBreaker({ breakers })),
    last: middy().use(circuitBreaker({ breakers })).use(httpErrorHandler(quiet)),
    absent: middy().use(circuitBreaker({ breakers })),
  };
  test.each(Object.entries(stacks))("the same, with http-error-handler %s", async (_, stack) => {
    const handler = stack.handler(() => breakers[0].run(() => ({ statusCode: 200 })));
    const answer: Answer = await handler(apiEvents.http(), lambdaContext());
    expect(answer).toMatchObject({ statusCode: 503, headers: { "Retry-After": "2" } });
    expect(answer.headers["Content-Type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.body)).toEqual(problem);
  });

  test("even if the circuit comes from another copy of this package", async () => {
    const foreign = { ...new CircuitOpenError("search", 1_500), message: "search is unavailable" };
    const handler = middy()
      .use(circuitBreaker())
      .handler(() => Promise.reject(foreign));
    expect(await handler(apiEvents.rest(), lambdaContext())).toMatchObject({ statusCode: 503 });
  });

  test("and the circuit is named to clients only if that is asked for", async () => {
    const handler = middy()
      .use(circuitBreaker({ exposeNames: true }))
      .handler(() => isolated().run(() => ({ statusCode: 200 })));
    const answer: Answer = await handler(apiEvents.http(), lambdaContext());
    expect(JSON.parse(answer.body)).toEqual({ ...problem, detail: "payments is unavailable: its circuit is open" });
  });

  test("only if the circuit is one of `breakers`, if they are given", async () => {
    const search = createCircuitBreaker({ name: "search" });
    await search.isolate();
    const family = createCircuitBreakers({ name: "tenants" });
    await family.for("a").isolate();
    const ask = (breakers: Parameters<typeof circuitBreaker>[0], call: () => Promise<object>) =>
      middy().use(circuitBreaker(breakers)).handler(call)(apiEvents.http(), lambdaContext());
    const callSearch = () => search.run(() => ({ statusCode: 200 }));
    const callTenant = () => family.for("a").run(() => ({ statusCode: 200 }));
    expect(await ask({}, callSearch)).toMatchObject({ statusCode: 503 });
    expect(await ask({ breakers: [search] }, callSearch)).toMatchObject({ statusCode: 503 });
    expect(await ask({ breakers: [family] }, callTenant)).toMatchObject({ statusCode: 503 });
    await expect(ask({ breakers: [isolated(), family] }, callSearch)).rejects.toThrow("search is unavailable");
    await expect(ask({ breakers: [search] }, callTenant)).rejects.toThrow("tenants:a is unavailable");
  });
});

test("a rejection by a circuit of a family is answered, too", async () => {
  const tenants = createCircuitBreakers({ name: "tenants" });
  await tenants.for("a").isolate();
  const handler = middy()
    .use(circuitBreaker({ breakers: [tenants, isolated()] }))
    .handler(() => tenants.for("a").run(() => ({ statusCode: 200 })));
  const answer: Answer = await handler(apiEvents.http(), lambdaContext());
  expect(answer.statusCode).toBe(503);
  expect(JSON.parse(answer.body)).toEqual(problem);
});

// Middy makes `{}` of an event that is undefined.
const eventOfAnyShape = fc.anything().filter((event) => event !== undefined);

describe("nothing else is touched:", () => {
  test("an answer of another middleware to the rejection", async () => {
    const breaker = isolated();
    const cached = { statusCode: 200, body: "from the cache" };
    const handler = middy()
      .use(circuitBreaker({ breakers: [breaker] }))
      .use({
        onError(request) {
          request.response = cached;
        },
      })
      .handler(() => breaker.run(() => ({ statusCode: 200, body: "" })));
    expect(await handler(apiEvents.http(), lambdaContext())).toBe(cached);
  });

  test("other errors, also of middlewares whose `before` runs first", async () => {
    const error = new Error("mine");
    const handler = middy()
      .use({
        before() {
          throw error;
        },
      })
      .use(circuitBreaker({ breakers: [isolated()] }))
      .handler(() => "never");
    await expect(handler(apiEvents.http(), lambdaContext())).rejects.toBe(error);
  });

  test("answers of a handler that no circuit rejected, whatever the event", async () => {
    const breaker = createCircuitBreaker({ name: "payments" });
    const echo = middy()
      .use(circuitBreaker({ breakers: [breaker] }))
      .handler((event: unknown) => breaker.run(() => ({ event })));
    await fc.assert(
      fc.asyncProperty(eventOfAnyShape, async (event) => {
        expect(await echo(event, lambdaContext())).toEqual({ event });
      }),
    );
  });

  test("errors of any shape, for events of any shape", async () => {
    const handler = middy()
      .use(circuitBreaker({ breakers: [isolated()] }))
      .handler((event: unknown) => Promise.reject((event as { error?: unknown } | null | undefined)?.error));
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (event, error) => {
        const outcome = await handler({ event, error }, lambdaContext()).catch((caught: unknown) => ({ caught }));
        expect(outcome).toEqual({ caught: error });
      }),
    );
  });
});

describe("a whole handler guarded by wrap", () => {
  test("is rejected after its own failing answers, and recovers", async () => {
    const clock = manualClock();
    const orders = createCircuitBreaker({ name: "orders", trip: consecutiveFailures(2), clock, random: () => 0.5 });
    let statusCode = 500;
    const handler = middy()
      .use(circuitBreaker({ breakers: [orders] }))
      .handler(
        orders.wrap(async (_event: unknown, context: { awsRequestId: string }) => ({
          statusCode,
          body: context.awsRequestId,
        })),
      );
    const ask = async () => (await handler(apiEvents.http(), lambdaContext())).statusCode;
    expect([await ask(), await ask(), await ask()]).toEqual([500, 500, 503]);
    expect(orders.state).toBe("open");
    statusCode = 404;
    clock.jump(500);
    expect(await ask()).toBe(404);
    expect(orders.state).toBe("closed");
  });

  test("keeps 50 overlapping requests apart", async () => {
    const orders = createCircuitBreaker({ name: "orders" });
    const handler = middy<{ id: number }, number>()
      .use(circuitBreaker({ breakers: [orders] }))
      .handler(
        orders.wrap(async (event: { id: number }) => {
          await new Promise((resolve) => setImmediate(resolve));
          return event.id;
        }),
      );
    const ids = Array.from({ length: 50 }, (_, id) => id);
    expect(await Promise.all(ids.map((id) => handler({ id }, lambdaContext())))).toEqual(ids);
  });
});

test.each([
  [null, /options must be an object, got null/],
  [{ exposeNames: "yes" }, /exposeNames must be a boolean, got "yes"/],
  [{ breakers: [{ for() {} }] }, /breakers\[0\].name must be a non-empty string/],
  [{ name: "payments" }, /unknown option name \("payments"\): it is an option of createCircuitBreaker\(\)/],
  [{ breakers: [] }, /breakers must be an array of at least one circuit breaker or family, got an empty array/],
  [{ breakers: isolated() }, /breakers must be an array of at least one circuit breaker or family, got an object/],
  [{ breakers: [null] }, /breakers\[0\] .*got null/],
  [{ breakers: [isolated(), { fire() {} }] }, /breakers\[1\].run .*got undefined/],
  [{ breakers: [{ for: "payments" }] }, /breakers\[0\].for must be a function, got "payments"/],
  [{ breakers: [isolated()], store: {} }, /unknown option store/],
])("refuses %o", (options, message) => {
  expect(() => circuitBreaker(options as never)).toThrow(TypeError);
  expect(() => circuitBreaker(options as never)).toThrow(message);
});
