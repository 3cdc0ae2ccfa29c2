import middy, { type MiddlewareObj } from "@middy/core";
import { currentScope, enterInvocation, type Scope } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { allowance } from "./engine/allowance.ts";
import { constant, createRetry, createRetryBudget, retry, retryReport } from "./index.ts";

const policy = createRetry({ budget: false, backoff: constant(0) });

function call(handler: unknown, event: object = {}, context: object = lambdaContext()): Promise<unknown> {
  return (handler as (event: object, context: object, third: object) => Promise<unknown>)(event, context, {
    signal: new AbortController().signal,
  });
}

/** Attempts that a call which always fails gets. */
async function attempts(): Promise<number> {
  let made = 0;
  await policy
    .run(() => {
      made++;
      throw new Error("down");
    })
    .catch(() => {});
  return made;
}

describe("the allowance", () => {
  test("is five retries an invocation, for all calls together", async () => {
    const handler = middy()
      .use(retry())
      .handler(async () => [await attempts(), await attempts(), await attempts()]);
    expect(await call(handler)).toEqual([4, 3, 1]);
    expect(await call(handler)).toEqual([4, 3, 1]);
  });

  test("bounds retries within retries", async () => {
    let calls = 0;
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 2 }))
      .handler(() => policy.run(() => policy.run(() => Promise.reject(new Error(String(++calls))))));
    await expect(call(handler)).rejects.toThrow("3");
    expect(calls).toBe(3);
  });

  test("of none leaves one attempt each, and says why", async () => {
    const error = new Error("down");
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 0 }))
      .handler(() => policy.run(() => Promise.reject(error)));
    await expect(call(handler)).rejects.toBe(error);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "allowance" });
  });

  test("is left as it was by a retry that the budget does not pay for", async () => {
    const poor = createRetry({ budget: createRetryBudget({ initial: 0 }), backoff: constant(0) });
    const error = new Error("down");
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 1 }))
      .handler(async () => {
        await poor.run(() => Promise.reject(error)).catch(() => {});
        return attempts();
      });
    expect(await call(handler)).toBe(2);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "budget" });
  });

  test("is not granted anew to a nested handler", async () => {
    const context = lambdaContext();
    const inner = middy().use(retry()).handler(attempts);
    const outer = middy()
      .use(retry({ maxRetriesPerInvocation: 4 }))
      .handler(async () => [await attempts(), await call(inner, {}, context), await attempts()]);
    expect(await call(outer, {}, context)).toEqual([4, 2, 1]);
  });

  test("is each invocation's own, 50 at once", async () => {
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 2 }))
      .handler(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return [await attempts(), await attempts()];
      });
    const results = await Promise.all(Array.from({ length: 50 }, () => call(handler)));
    expect(results).toEqual(Array.from({ length: 50 }, () => [3, 1]));
  });

  test("is unbounded if the middleware is not installed", async () => {
    expect(await Promise.all([attempts(), attempts()])).toEqual([4, 4]);
  });
});

describe("the invocation", () => {
  test("ends with the response", async () => {
    let during: unknown;
    const handler = middy()
      .use(retry())
      .handler(() => {
        during = currentScope();
      });
    await call(handler);
    expect(during).toMatchObject({ ended: true });
  });

  test("ends with an error", async () => {
    let during: unknown;
    const handler = middy()
      .use(retry())
      .handler(() => {
        during = currentScope();
        throw new Error("failed");
      });
    await expect(call(handler)).rejects.toThrow("failed");
    expect(during).toMatchObject({ ended: true });
  });

  test("of an inner handler ends with the outer one", async () => {
    const context = lambdaContext();
    const inner = middy().use(retry()).handler(attempts);
    const outer = middy()
      .use(retry())
      .handler(async () => {
        await call(inner, {}, context);
        return allowance.get(currentScope() as Scope)?.retriesLeft;
      });
    expect(await call(outer, {}, context)).toBe(2);
  });

  test("keeps the reserve of the outer handler", async () => {
    const context = lambdaContext({ timeoutMs: 900 });
    const inner = middy()
      .use(retry({ reserveMs: 0 }))
      .handler(attempts);
    const outer = middy()
      .use(retry({ reserveMs: 1_000 }))
      .handler(() => call(inner, {}, context));
    expect(await call(outer, {}, context)).toBe(0);
  });

  test("that a run belongs to is the one it began in, whatever handlers the call goes through", async () => {
    let calls = 0;
    const inner = middy()
      .use(retry())
      .handler(async () => {
        if (++calls < 3) throw new Error("down");
        return calls;
      });
    let granted: Scope | undefined;
    const outer = middy()
      .use(retry())
      .handler(() => {
        granted = currentScope();
        return policy.run(() => call(inner, {}, lambdaContext()));
      });
    expect(await call(outer)).toBe(3);
    expect(allowance.get(granted as Scope)?.retriesLeft).toBe(3);
  });

  test("bounds the policies of a nested handler with a context of its own and no retry()", async () => {
    const bare: MiddlewareObj = { before: (request) => void enterInvocation(request, bare) };
    const inner = middy().use(bare).handler(attempts);
    const outer = middy()
      .use(retry({ maxRetriesPerInvocation: 1 }))
      .handler(() => call(inner, {}, lambdaContext()));
    expect(await call(outer)).toBe(2);
  });

  test("that has ended bounds nothing that begins after it", async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let left: Promise<number> | undefined;
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 0, reserveMs: 60_000 }))
      .handler(() => {
        left = ended.then(attempts);
      });
    await call(handler);
    end();
    expect(await left).toBe(4);
  });

  test("survives a middleware that answers early", async () => {
    const early: MiddlewareObj = { before: () => "early" };
    const handler = middy().use(retry()).use(early).handler(attempts);
    expect(await call(handler)).toBe("early");
    expect(await call(middy().use(retry()).handler(attempts))).toBe(4);
  });

  test.each<[string, MiddlewareObj]>([
    ["answered early", { before: () => "early" }],
    [
      "whose onError threw",
      { before: () => Promise.reject(new Error("boom")), onError: () => Promise.reject(new Error("worse")) },
    ],
  ])("of a request %s is not current again after the next one's", async (_name, unsettling) => {
    const made: number[] = [];
    const further: MiddlewareObj = { after: async () => void made.push(await attempts()) };
    // So little time that no policy would begin an attempt in it.
    const context = lambdaContext({ timeoutMs: 50 });
    await call(middy().use(retry()).use(unsettling).handler(attempts), {}, context).catch(() => {});
    expect(await call(middy().use(further).use(retry()).handler(attempts))).toBe(4);
    expect(made).toEqual([4]);
  });
});

test("an onError without a before before it does no harm", async () => {
  const failing: MiddlewareObj = {
    before: () => {
      throw new Error("rejected before");
    },
  };
  await expect(call(middy().use(failing).use(retry()).handler(attempts))).rejects.toThrow("rejected before");
});

test.each([...Object.entries(apiEvents), ...Object.entries(otherEvents)])(
  "event, answer and error of %s pass untouched",
  async (_name, make) => {
    const event = make();
    const answer = { statusCode: 418 };
    const seen = await call(
      middy()
        .use(retry())
        .handler((received) => ({ received, answer })),
      event,
    );
    expect(seen).toEqual({ received: make().requestContext === undefined ? make() : event, answer });
    const error = new Error("the handler's own");
    const failing = middy()
      .use(retry())
      .handler(() => Promise.reject(error));
    await expect(call(failing, event)).rejects.toBe(error);
  },
);

test("without a context everything works, unbounded", async () => {
  const handler = middy().use(retry()).handler(attempts);
  expect(await call(handler, {}, {})).toBe(4);
});
