import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { apiEvents, lambdaContext, manualClock, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { middle, openUp, recordEvents, recordWarnings, settle } from "../test-support/set-up.ts";
import { createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { circuitBreaker } from "./middleware.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

/** A whole handler behind a circuit: `.handler(breaker.wrap(handler))`. */

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer differs by the kind of event.
type Answer = any;
type Middlewares = Parameters<ReturnType<typeof middy>["use"]>[0];

const events = recordEvents();
const warnings = recordWarnings();
afterEach(() => expect(warnings).toEqual([]));

/** A guarded handler that does what `work` says at the time, inside of `outer` and with Middy's options `plugin`. */
function guard(outer: Middlewares = [], plugin: Parameters<typeof middy>[0] = {}) {
  const clock = manualClock();
  const trip = consecutiveFailures(2);
  const breaker = createCircuitBreaker({ name: "orders", trip, clock, random: middle, maxOpenMs: 2_000 });
  const guarded = { breaker, clock, calls: 0, work: (): unknown => ({ statusCode: 200 }), ask };
  const handler = middy<unknown, unknown>(plugin)
    .use(circuitBreaker({ breakers: [breaker] }))
    .use(outer)
    .handler(
      breaker.wrap((_event: unknown, _context: unknown) => {
        guarded.calls += 1;
        return guarded.work();
      }),
    );
  function ask(event: unknown = apiEvents.http(), timeoutMs = 3_000): Promise<Answer> {
    return handler(event, lambdaContext({ timeoutMs }));
  }
  return guarded;
}

type Guarded = ReturnType<typeof guard>;

/** Opens the circuit by two failed answers. */
async function open(guarded: Guarded): Promise<void> {
  const { work } = guarded;
  guarded.work = () => ({ statusCode: 500 });
  for (let requests = 0; requests < 2; requests += 1) expect(await guarded.ask()).toEqual({ statusCode: 500 });
  expect(guarded.breaker.state).toBe("open");
  guarded.work = work;
}

async function halfOpen(guarded: Guarded): Promise<void> {
  await open(guarded);
  guarded.clock.jump(500);
  expect(guarded.breaker.state).toBe("half-open");
}

function reject(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

const failed = { statusCode: 503, headers: { "Retry-After": "1" } };

describe("an answer or error of the handler", () => {
  test.each<[string, () => unknown]>([
    ["500", () => ({ statusCode: 500 })],
    ["503, as text", () => ({ statusCode: "503" })],
    ["429", () => ({ statusCode: 429 })],
    ["an error", reject(new Error("down"))],
    ["an error with status 502", reject(Object.assign(new Error("down"), { statusCode: 502 }))],
    [
      "an error that is thrown at once",
      () => {
        throw new Error("down");
      },
    ],
  ])("is a failure: %s", async (_what, work) => {
    const guarded = guard();
    guarded.work = work;
    await settle(guarded.ask());
    expect(guarded.breaker.state).toBe("closed");
    await settle(guarded.ask());
    expect(guarded.breaker.state).toBe("open");
  });

  test.each<[string, () => unknown]>([
    ["200", () => ({ statusCode: 200 })],
    ["302", () => ({ statusCode: 302 })],
    ["400", () => ({ statusCode: 400 })],
    ["404, as text", () => ({ statusCode: "404" })],
    ["nothing", () => undefined],
    ["text", () => "ok"],
    ["an error with status 404", reject(Object.assign(new Error("not found"), { statusCode: 404, expose: true }))],
  ])("is a success: %s", async (_what, work) => {
    const guarded = guard();
    await halfOpen(guarded);
    guarded.work = work;
    await settle(guarded.ask());
    expect(guarded.breaker.state).toBe("closed");
  });

  test("comes out untouched", async () => {
    const guarded = guard();
    const answer = { statusCode: 201, body: "7" };
    const error = new Error("mine");
    guarded.work = () => answer;
    expect(await guarded.ask()).toBe(answer);
    guarded.work = reject(error);
    await expect(guarded.ask()).rejects.toBe(error);
  });
});

describe("a rejection", () => {
  test.each(["rest", "http", "functionUrl", "alb", "websocket"] as const)(
    "is answered with 503 and Retry-After, without a call: %s",
    async (kind) => {
      const guarded = guard();
      await open(guarded);
      const answer: Answer = await guarded.ask(apiEvents[kind]());
      expect(answer).toMatchObject(failed);
      expect(JSON.parse(answer.body)).toMatchObject({ title: "Service Unavailable", status: 503 });
      expect(answer.body).not.toMatch("orders");
      expect(guarded.calls).toBe(2);
    },
  );

  test.each(Object.keys(otherEvents))("stays an error, so that no message is lost: %s", async (kind) => {
    const guarded = guard();
    await open(guarded);
    await expect(guarded.ask(otherEvents[kind]?.())).rejects.toThrow(CircuitOpenError);
  });

  test("is never counted: a thousand neither keep the circuit open nor open it again", async () => {
    const guarded = guard([httpErrorHandler({ logger: false as never })]);
    await open(guarded);
    for (let requests = 0; requests < 1_000; requests += 1) expect(await guarded.ask()).toMatchObject(failed);
    expect(guarded.calls).toBe(2);
    guarded.clock.jump(499);
    expect(guarded.breaker.state).toBe("open");
    guarded.clock.jump(1);
    expect(await guarded.ask()).toEqual({ statusCode: 200 });
    expect(guarded.breaker.state).toBe("closed");
    // One failure is not two: the window is empty.
    guarded.work = () => ({ statusCode: 500 });
    await guarded.ask();
    expect(guarded.breaker.state).toBe("closed");
    expect(events.filter(({ type }) => type === "circuit.opened")).toHaveLength(1);
  });

  test("by a circuit inside of the handler is no failure of the handler", async () => {
    const payments = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(1) });
    await openUp(payments);
    const guarded = guard(circuitBreaker({ breakers: [payments] }));
    guarded.work = () => payments.run(() => ({ statusCode: 200 }));
    for (let requests = 0; requests < 10; requests += 1) expect((await guarded.ask()).statusCode).toBe(503);
    expect([guarded.calls, guarded.breaker.state]).toEqual([10, "closed"]);
  });

  test("by a middleware in front of the handler never reaches the circuit", async () => {
    const limited = Object.assign(new Error("slow down"), { code: "RATE_LIMITED", headers: {}, problem: {} });
    const guarded = guard({ before: () => Promise.reject(limited) });
    for (let requests = 0; requests < 10; requests += 1) await expect(guarded.ask()).rejects.toBe(limited);
    expect([guarded.calls, guarded.breaker.state]).toEqual([0, "closed"]);
  });
});

describe("the one permit of a half-open circuit", () => {
  const down = new Error("down");

  /** Lets a middleware act only while `armed`. */
  function saboteur(act: (request: { response?: unknown }) => unknown, hook: "before" | "after") {
    const state = { armed: false };
    const middleware = { [hook]: (request: { response?: unknown }) => (state.armed ? act(request) : undefined) };
    return { state, middleware };
  }

  test.each<[string, () => unknown]>([
    ["answers early", () => ({ statusCode: 204 })],
    ["throws", reject(down)],
  ])("is not taken if a middleware in front of the handler %s", async (_what, act) => {
    const { state, middleware } = saboteur(act, "before");
    const guarded = guard(middleware);
    await halfOpen(guarded);
    state.armed = true;
    for (let requests = 0; requests < 3; requests += 1) await settle(guarded.ask());
    expect([guarded.calls, guarded.breaker.state]).toEqual([2, "half-open"]);
    state.armed = false;
    expect(await guarded.ask()).toEqual({ statusCode: 200 });
    expect(guarded.breaker.state).toBe("closed");
  });

  test.each<[string, () => unknown]>([
    ["answers for it", () => ({ statusCode: 204 })],
    ["throws", reject(down)],
  ])("is given back by the handler's answer, even if a middleware after it %s", async (_what, act) => {
    const { state, middleware } = saboteur(act, "after");
    const guarded = guard(middleware);
    await halfOpen(guarded);
    state.armed = true;
    await settle(guarded.ask());
    expect(guarded.breaker.state).toBe("closed");
  });

  test("is given back by a failure, which opens the circuit for longer", async () => {
    const guarded = guard();
    await halfOpen(guarded);
    guarded.work = reject(down);
    await expect(guarded.ask()).rejects.toBe(down);
    expect(guarded.breaker.state).toBe("open");
    guarded.clock.jump(1_000);
    guarded.work = () => ({ statusCode: 200 });
    expect(await guarded.ask()).toEqual({ statusCode: 200 });
    expect(guarded.breaker.state).toBe("closed");
  });

  test("is given back by a handler that Middy's time limit aborts: it says nothing about the handler", async () => {
    const clock = manualClock();
    const orders = createCircuitBreaker({ name: "orders", trip: consecutiveFailures(1), clock, random: middle });
    let isDown = true;
    const handler = middy({ timeoutEarlyInMillis: 5 })
      .use(circuitBreaker({ breakers: [orders] }))
      .handler(
        orders.wrap(async (_event: unknown, _context: unknown, { signal }: { signal: AbortSignal }) => {
          if (!isDown) return { statusCode: 200 };
          return new Promise((_, rejectWith) => signal.addEventListener("abort", () => rejectWith(signal.reason)));
        }),
      );
    const ask = (): Promise<Answer> => handler(apiEvents.http(), lambdaContext({ timeoutMs: 40 }));
    await openUp(orders);
    clock.jump(500);
    await expect(ask()).rejects.toThrow("The operation was aborted");
    expect(orders.state).toBe("half-open");
    isDown = false;
    expect(await ask()).toEqual({ statusCode: 200 });
    expect(orders.state).toBe("closed");
  });

  test("lasts maxOpenMs at most if the handler hangs; the next request then probes", async () => {
    const guarded = guard([], { timeoutEarlyInMillis: 5 });
    await halfOpen(guarded);
    const { promise, resolve } = Promise.withResolvers();
    guarded.work = () => promise;
    await expect(guarded.ask(apiEvents.http(), 40)).rejects.toThrow("The operation was aborted");
    guarded.work = () => ({ statusCode: 200 });
    expect(await guarded.ask()).toMatchObject({ statusCode: 503, headers: { "Retry-After": "2" } });
    guarded.clock.jump(1_999);
    expect(await guarded.ask()).toMatchObject(failed);
    guarded.clock.jump(1);
    expect(await guarded.ask()).toEqual({ statusCode: 200 });
    expect(guarded.breaker.state).toBe("closed");
    // What the hanging handler ends with later changes nothing.
    resolve({ statusCode: 500 });
    await promise;
    expect(guarded.breaker.state).toBe("closed");
  });

  test("is never lost, whatever happens to requests and when", async () => {
    type Step = "ok" | "500" | "404" | "throw" | "neutral" | "hang" | "early" | "before throws" | "after throws";
    const steps: readonly Step[] = [
      ...(["ok", "500", "404", "throw", "neutral", "hang"] as const),
      ...(["early", "before throws", "after throws"] as const),
    ];
    const aborted = new DOMException("gone", "AbortError");
    const works: { readonly [step in Step]?: () => unknown } = {
      "500": () => ({ statusCode: 500 }),
      "404": () => ({ statusCode: 404 }),
      throw: reject(down),
      neutral: reject(aborted),
      hang: () => new Promise(() => {}),
    };
    const plan = fc.array(fc.record({ step: fc.constantFrom(...steps), waitMs: fc.constantFrom(0, 100, 500, 2_000) }), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(plan, async (requests) => {
        let step: Step = "ok";
        const guarded = guard({
          before: () => {
            if (step === "early") return { statusCode: 204 };
            if (step === "before throws") throw down;
            return undefined;
          },
          after: () => {
            if (step === "after throws") throw down;
          },
        });
        for (const request of requests) {
          step = request.step;
          guarded.work = works[step] ?? (() => ({ statusCode: 200 }));
          const answer: Answer = await Promise.race([settle(guarded.ask()), guarded.clock.advance(0)]);
          if (answer?.statusCode === 503) expect(Number(answer.headers["Retry-After"])).toBeGreaterThanOrEqual(1);
          guarded.clock.jump(request.waitMs);
        }
        step = "ok";
        guarded.work = () => ({ statusCode: 200 });
        guarded.clock.jump(2_000);
        expect(await guarded.ask()).toEqual({ statusCode: 200 });
        expect(guarded.breaker.state).toBe("closed");
      }),
    );
  });
});
