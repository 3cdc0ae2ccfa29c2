import { PassThrough, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import middy, { type Request } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { WarmupEvent } from "@midguard/kernel";
import { currentInvocation, isRehearsal, type MidguardEvent, subscribe } from "@midguard/kernel";
import { currentScope, enterInvocation, runRehearsal, type Scope, setReserve } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, manualClock, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { WarmupAnswer } from "./answer.ts";
import { createMiddleware, warmup } from "./middleware.ts";
import { resolveOptions, type WarmupOptions } from "./options.ts";

const wallStart = Date.UTC(2026, 5, 1);
const ok = { statusCode: 200 };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** The middleware and a handler on a manual clock. The wall clock advances with it, from another time. */
function setUp(options: WarmupOptions = {}) {
  const clock = manualClock();
  const origin = clock.now();
  const wallNow = () => wallStart + clock.now() - origin;
  const middleware = createMiddleware(resolveOptions(options), { clock, wallNow });
  const reached = vi.fn(async (_event: unknown) => ok);
  const handler = middy().use(middleware).handler(reached);
  const send = (event: unknown, timeoutMs = 60_000): Promise<WarmupAnswer> =>
    handler(event, lambdaContext({ timeoutMs })) as Promise<unknown> as Promise<WarmupAnswer>;
  return { clock, middleware, reached, send, wallNow };
}

/** Sends a ping and moves the clock until it is answered. */
async function answered(clock: ReturnType<typeof manualClock>, sent: Promise<WarmupAnswer>): Promise<WarmupAnswer> {
  let settled = false;
  const done = sent.finally(() => {
    settled = true;
  });
  await clock.advance(0);
  while (!settled) await clock.advance(10);
  return done;
}

function record(): { events: WarmupEvent[]; stop: () => void } {
  const events: WarmupEvent[] = [];
  const stop = subscribe((event: MidguardEvent) => {
    if (event.type === "warmup.pinged") events.push(event);
  });
  return { events, stop };
}

describe("a request that is no ping", () => {
  test.each(Object.entries({ ...apiEvents, ...otherEvents }))("reaches the handler untouched: %s", async (_, make) => {
    const { reached, send } = setUp();
    const event = make();
    const copy = structuredClone(event);
    expect(await send(event)).toBe(ok);
    expect(reached.mock.calls[0]?.[0]).toBe(event);
    expect(event).toEqual(copy);
  });

  test("passes synchronously, and opens no invocation", () => {
    const { middleware } = setUp();
    const request = { event: apiEvents.http(), context: lambdaContext(), internal: {} } as unknown as Request;
    expect(middleware.before?.(request)).toBeUndefined();
    expect(currentInvocation()).toBeUndefined();
    expect(Object.keys(middleware)).toEqual(["before"]);
  });

  test("can be any value: 10,000 random events", async () => {
    const { reached, send } = setUp();
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withTypedArray: true }), async (event) => {
        reached.mockClear();
        expect(await send(event)).toBe(ok);
        // Middy makes {} of undefined.
        if (event !== undefined) expect(reached.mock.calls[0]?.[0]).toBe(event);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("a ping", () => {
  test("is answered by the environment and does not reach the handler", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    const { clock, reached, send } = setUp();
    await clock.advance(500);
    const answer = await send({ warmup: true, correlationId: "round 1" });
    expect(answer).toEqual({
      warmup: true,
      environmentId: expect.stringMatching(/^[\da-f-]{36}$/),
      ageMs: 500,
      cold: true,
      initType: "on-demand",
      invocations: 1,
      heldMs: 0,
      correlationId: "round 1",
    });
    expect(reached).not.toHaveBeenCalled();
    expect(await send({ warmer: true })).toMatchObject({
      cold: false,
      invocations: 2,
      environmentId: answer.environmentId,
    });
  });

  test.each([
    ["a ping", {}, { warmup: true, primed: true, heldMs: 0 }],
    ["a stale ping", { sentAt: 0 }, { warmup: true, stale: true }],
  ])("to a streamed function is answered and does not fail: %s", async (_, parts, expected) => {
    // AWS's runtime client defines these on the global object.
    vi.stubGlobal("awslambda", {
      streamifyResponse: (handler: unknown) => handler,
      HttpResponseStream: {
        from(stream: Writable, prelude: unknown) {
          stream.write(JSON.stringify(prelude));
          stream.write("\0".repeat(8));
          return stream;
        },
      },
    });
    const reached = vi.fn(async () => "streamed");
    const handler = middy({ executionMode: executionModeStreamifyResponse })
      .use(warmup({ prime: () => undefined }))
      .handler(reached) as unknown as (event: unknown, stream: Writable, context: unknown) => Promise<void>;
    const stream = new PassThrough();
    await handler({ warmup: true, ...parts }, stream, lambdaContext());
    expect(reached).not.toHaveBeenCalled();
    expect(JSON.parse((await text(stream)).replaceAll("\0", ""))).toMatchObject(expected);
  });

  test("after a request finds the environment warm", async () => {
    const { send } = setUp();
    await send(apiEvents.rest());
    expect(await send({ warmup: true })).toMatchObject({ cold: false, invocations: 2 });
  });

  test("is any event that isWarmup accepts", async () => {
    const { reached, send } = setUp({ isWarmup: (event) => event === "wake up" });
    expect(await send("wake up")).toMatchObject({ warmup: true });
    expect(await send({ warmup: true })).toBe(ok);
    expect(reached).toHaveBeenCalledTimes(1);
  });

  test("works without a context, on the real clocks", async () => {
    const handler = middy()
      .use(warmup())
      .handler(async () => ok) as unknown as (event: unknown) => Promise<WarmupAnswer>;
    const holdUntil = Date.now() + 200;
    expect(await handler({ warmup: true, sentAt: Date.now(), holdUntil })).toMatchObject({ warmup: true });
    // A timer may fire 1 ms early by the wall clock.
    expect(Date.now()).toBeGreaterThanOrEqual(holdUntil - 5);
    expect(await handler({ warmup: true, sentAt: Date.now() - 61_000 })).toEqual({ warmup: true, stale: true });
  });

  test("throws for a bad option when warmup() is called", () => {
    expect(() => warmup({ maxAgeMs: 0 })).toThrow(RangeError);
  });
});

describe("a stale ping", () => {
  test("is answered at once, without priming or holding", async () => {
    const prime = vi.fn();
    const { reached, send, wallNow } = setUp({ prime });
    const sentAt = wallNow() - 60_001;
    expect(await send({ warmup: true, sentAt, holdUntil: wallNow() + 5_000 })).toEqual({ warmup: true, stale: true });
    expect(prime).not.toHaveBeenCalled();
    expect(reached).not.toHaveBeenCalled();
  });

  test.each([
    ["as old as allowed", -60_000, {}],
    ["from a clock that runs ahead", 3_600_000, {}],
    ["older than the default, if maxAgeMs allows it", -90_000, { maxAgeMs: 100_000 }],
  ])("is not one that is %s", async (_, age, options) => {
    const { send, wallNow } = setUp(options);
    expect(await send({ warmup: true, sentAt: wallNow() + age })).toHaveProperty("environmentId");
  });
});

describe("a hold", () => {
  test("lasts until holdUntil", async () => {
    const { clock, send, wallNow } = setUp();
    const answer = await answered(clock, send({ warmup: true, holdUntil: wallNow() + 700 }));
    expect(answer.heldMs).toBe(700);
  });

  test("is shorter by the time that priming took", async () => {
    const { clock, send, wallNow } = setUp({ prime: () => clock.sleep(300) });
    const answer = await answered(clock, send({ warmup: true, holdUntil: wallNow() + 700 }));
    expect(answer).toMatchObject({ heldMs: 400, primed: true });
  });

  test("ends ten seconds after the ping arrived, whatever it asks for", async () => {
    const { clock, send, wallNow } = setUp({ prime: () => clock.sleep(1_000) });
    const answer = await answered(clock, send({ warmup: true, holdUntil: wallNow() + 3_600_000 }));
    expect(answer.heldMs).toBe(9_000);
  });

  test("ends 100 ms before the deadline", async () => {
    const { clock, send, wallNow } = setUp();
    const { heldMs } = await answered(clock, send({ warmup: true, holdUntil: wallNow() + 5_000 }, 2_000));
    expect(heldMs).toBeGreaterThan(1_000);
    expect(heldMs).toBeLessThanOrEqual(1_900);
  });

  test("ends before the reserve that retry() has set", async () => {
    const { clock, middleware, wallNow } = setUp();
    const handler = middy()
      .before((request) => setReserve(enterInvocation(request, {}), 600))
      .use(middleware)
      .handler(async () => ok);
    const ping = { warmup: true, holdUntil: wallNow() + 5_000 };
    const sent = handler(ping, lambdaContext({ timeoutMs: 2_000 })) as unknown as Promise<WarmupAnswer>;
    const { heldMs } = await answered(clock, sent);
    expect(heldMs).toBeGreaterThan(500);
    expect(heldMs).toBeLessThanOrEqual(1_400);
  });

  test("does not start if the deadline is near", async () => {
    const { send, wallNow } = setUp({ prime: () => {} });
    const answer = await send({ warmup: true, holdUntil: wallNow() + 5_000 }, 90);
    expect(answer).toMatchObject({ heldMs: 0, primed: false, primeError: "no time left to prime" });
  });

  test("does not start on Managed Instances", async () => {
    vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
    const { send, wallNow } = setUp();
    expect((await send({ warmup: true, holdUntil: wallNow() + 5_000 })).heldMs).toBe(0);
  });
});

describe("priming", () => {
  test("does not fail the ping when it fails", async () => {
    const { send } = setUp({ prime: () => Promise.reject(new Error("no database")) });
    expect(await send({ warmup: true })).toMatchObject({
      warmup: true,
      primed: false,
      primeError: "Error: no database",
    });
  });

  test("ends at its timeout", async () => {
    const { clock, send } = setUp({ prime: () => new Promise(() => {}), primeTimeoutMs: 250 });
    const answer = await answered(clock, send({ warmup: true }));
    expect(answer.primeError).toBe("TimeoutError: prime took longer than 250 ms");
  });

  test("runs in the ping's invocation, which ends with the answer", async () => {
    let seen: Scope | undefined;
    const prime = async () => {
      await Promise.resolve();
      seen = currentScope();
    };
    const context = lambdaContext();
    await middy()
      .use(warmup({ prime }))
      .handler(async () => ok)({ warmup: true }, context);
    expect(seen?.context).toBe(context);
    expect(seen?.ended).toBe(true);
  });

  test("leaves an invocation that another hook has opened to that hook", async () => {
    let seen: Scope | undefined;
    const outer = {};
    const handler = middy()
      .before((request) => {
        enterInvocation(request, outer);
      })
      .use(
        warmup({
          prime: () => {
            seen = currentScope();
          },
        }),
      )
      .handler(async () => ok);
    await handler({ warmup: true }, lambdaContext());
    expect(seen?.ended).toBe(false);
  });
});

describe("the event", () => {
  test("is published in the invocation, before the answer", async () => {
    const { send } = setUp({ prime: () => {} });
    const published: unknown[] = [];
    const stop = subscribe((event) => published.push([event, currentInvocation()?.requestId !== undefined]));
    await send({ warmup: true, correlationId: "c" });
    stop();
    const facts = { source: "warmup", cold: true, stale: false, heldMs: 0, correlationId: "c", primed: true };
    expect(published).toEqual([[{ type: "warmup.pinged", ...facts }, true]]);
  });

  test("is published for a stale ping", async () => {
    const { send, wallNow } = setUp({ prime: () => {} });
    const { events, stop } = record();
    await send({ warmup: true, sentAt: wallNow() - 100_000, correlationId: "old" });
    stop();
    const facts = { source: "warmup", cold: true, stale: true, heldMs: 0, correlationId: "old" };
    expect(events).toEqual([{ type: "warmup.pinged", ...facts }]);
  });

  test("reports why priming failed", async () => {
    const { send } = setUp({ prime: () => Promise.reject(new Error("no database")) });
    const { events, stop } = record();
    await send({ warmup: true });
    stop();
    expect(events).toMatchObject([{ primed: false, primeError: "Error: no database" }]);
  });

  test("is not published for a request", async () => {
    const { send } = setUp();
    const { events, stop } = record();
    await send(apiEvents.rest());
    stop();
    expect(events).toEqual([]);
  });
});

describe("beside other middlewares", () => {
  test("waits for a promise that an earlier one stored", async () => {
    const { clock, middleware } = setUp();
    const fetched = vi.fn();
    const handler = middy()
      .before((request) => {
        Object.assign(request.internal, { secret: clock.sleep(80).then(fetched) });
      })
      .use(middleware)
      .handler(async () => ok);
    for (const ping of [{ warmup: true }, { warmup: true, sentAt: 0 }]) {
      fetched.mockClear();
      await answered(clock, handler(ping, lambdaContext()) as unknown as Promise<WarmupAnswer>);
      expect(fetched).toHaveBeenCalledTimes(1);
    }
  });

  test.each([
    ["at most a second", 60_000, 1_000],
    ["until 100 ms before the deadline", 600, 490],
  ])("waits for such a promise %s", async (_, timeoutMs, atMost) => {
    const { clock, middleware } = setUp();
    const handler = middy()
      .before((request) => {
        Object.assign(request.internal, { secret: new Promise(() => {}) });
      })
      .use(middleware)
      .handler(async () => ok);
    const from = clock.now();
    await answered(clock, handler({ warmup: true }, lambdaContext({ timeoutMs })) as unknown as Promise<WarmupAnswer>);
    expect(clock.now() - from).toBeGreaterThan(atMost / 3);
    expect(clock.now() - from).toBeLessThanOrEqual(atMost + 10);
  });

  test.each([
    ["at most a second", 60_000, 1_000],
    ["at most half of the time left", 600, 300],
  ])("waits for a cleanup %s", async (_, timeoutMs, atMost) => {
    const { clock, middleware } = setUp();
    const handler = middy()
      .before((request) => {
        Object.assign(request.internal, { "powertools-for-aws.idempotency": () => new Promise(() => {}) });
      })
      .use(middleware)
      .handler(async () => ok);
    const from = clock.now();
    await answered(clock, handler({ warmup: true }, lambdaContext({ timeoutMs })) as unknown as Promise<WarmupAnswer>);
    expect(clock.now() - from).toBeGreaterThan(atMost / 3);
    expect(clock.now() - from).toBeLessThanOrEqual(atMost + 10);
  });

  test.each([
    ["promise", { secret: new Promise(() => {}) }],
    ["cleanup", { "powertools-for-aws.idempotency": () => new Promise(() => {}) }],
  ])("waits for a %s that never settles for exactly a second", async (_, internal) => {
    const { clock, middleware } = setUp();
    const handler = middy()
      .before((request) => void Object.assign(request.internal, internal))
      .use(middleware)
      .handler(async () => ok);
    const settled = vi.fn();
    void Promise.resolve(handler({ warmup: true }, lambdaContext({ timeoutMs: 60_000 }))).then(settled);
    await clock.advance(999);
    expect(settled).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(settled).toHaveBeenCalledOnce();
  });

  test("skips every later hook", async () => {
    const later = vi.fn();
    const handler = middy()
      .use(warmup())
      .use({ before: later, after: later, onError: later })
      .handler(async () => ok);
    await handler({ warmup: true }, lambdaContext());
    expect(later).not.toHaveBeenCalled();
  });
});

test("50 overlapping pings and requests stay apart", async () => {
  const { clock, send, wallNow } = setUp({ prime: () => clock.sleep(20) });
  const pings = Array.from({ length: 50 }, (_, index) =>
    index % 2 === 0
      ? send({ warmup: true, correlationId: `ping ${index}`, holdUntil: wallNow() + 50 + index * 10 })
      : send(apiEvents.http()),
  );
  await clock.advance(1_000);
  const answers = await Promise.all(pings);
  for (const [index, answer] of answers.entries()) {
    const facts = { correlationId: `ping ${index}`, heldMs: 30 + index * 10, invocations: index + 1, primed: true };
    expect(answer).toMatchObject(index % 2 === 0 ? facts : ok);
  }
});

test("does nothing in a rehearsal, even if the event is a ping", async () => {
  const { reached, send } = setUp({ isWarmup: () => true });
  enterInvocation({ event: {}, context: lambdaContext() }, {});
  const context = lambdaContext();
  const request = { event: { warmup: true }, context, internal: {} } as unknown as Request;
  const { middleware } = setUp({ isWarmup: () => true });
  await runRehearsal(context, async () => {
    expect(isRehearsal()).toBe(true);
    expect(middleware.before?.(request)).toBeUndefined();
    expect(await send({ warmup: true })).toBe(ok);
  });
  expect(reached).toHaveBeenCalledTimes(1);
  expect((await send("ping")).invocations).toBe(1);
});
