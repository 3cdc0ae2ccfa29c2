import { setImmediate as turn } from "node:timers/promises";
import middy, { type MiddlewareObj } from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { type MidguardEvent, subscribe } from "@midguard/kernel";
import { currentScope, enterInvocation, runRehearsal, type Scope } from "@midguard/kernel/internal";
import { type ApiEventName, apiEvents, lambdaContext, manualClock, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRateLimiter } from "./limiter.ts";
import { quota } from "./limits/quota.ts";
import { slidingWindow } from "./limits/sliding-window.ts";
import { rateLimit } from "./middleware.ts";
import type { RateLimitOptions } from "./options.ts";
import type { RateLimitStore } from "./store/store.ts";
import { memoryStore } from "./stores/memory/memory-store.ts";

type Answer = {
  statusCode: number;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  body: string;
};
type Handler = (event: unknown) => unknown;

const clock = manualClock(Date.UTC(2026, 0, 1));
const one = { limits: quota(1, "day"), clock };
const ok: Handler = () => ({ statusCode: 200, body: "ok" });
const quiet = () => httpErrorHandler({ logger: false });

/** A Lambda function behind these middlewares: call it with an event. */
function lambda(middlewares: readonly MiddlewareObj[], handler: Handler = ok) {
  const wrapped = middy<unknown, unknown>();
  for (const middleware of middlewares) wrapped.use(middleware);
  const ready = wrapped.handler(async (event: unknown) => handler(event));
  return async (event: unknown) => (await ready(event, lambdaContext() as never)) as Answer;
}

function limited(options: RateLimitOptions, handler?: Handler) {
  return lambda([rateLimit(options)], handler);
}

function from(address: string) {
  const event = apiEvents.http();
  const context = event.requestContext as { http: object };
  return { ...event, requestContext: { ...context, http: { ...context.http, sourceIp: address } } };
}

let events: MidguardEvent[] = [];
let unsubscribe: () => void;
beforeEach(() => {
  events = [];
  unsubscribe = subscribe((event) => events.push(event));
});
afterEach(() => unsubscribe());

describe("a rejection", () => {
  it("is 429 with Retry-After, the limits and a problem document", async () => {
    const call = limited(one);
    await call(apiEvents.http());
    const answer = await call(apiEvents.http());
    expect(answer).toMatchObject({
      statusCode: 429,
      headers: {
        "Content-Type": "application/problem+json",
        "Retry-After": "86400",
        "RateLimit-Policy": '"1-per-day";q=1;w=86400',
        RateLimit: '"1-per-day";r=0;t=86400',
      },
    });
    expect(JSON.parse(answer.body)).toEqual({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Too Many Requests",
      status: 429,
      detail: "Too many requests: a quota is used up",
      "violated-policies": ["1-per-day"],
    });
    expect(events).toEqual([
      {
        ...{ type: "rate_limit.exceeded", source: "default", key: "203.0.113.7", violated: ["1-per-day"] },
        ...{ retryAfterMs: 86_400_000, dryRun: false },
      },
    ]);
  });

  it.each(["rest", "http", "functionUrl", "websocket", "alb", "albMultiValue", "edge"] as const)(
    "has the shape that the event asks for: %s",
    async (kind: ApiEventName) => {
      const call = limited(one);
      await call(apiEvents[kind]());
      const answer = (await call(apiEvents[kind]())) as Answer & { status?: string };
      expect(answer.status ?? answer.statusCode).toBe(kind === "edge" ? "429" : 429);
      const headers = (answer.multiValueHeaders ?? answer.headers) as Record<string, unknown>;
      const expected = { edge: [{ key: "Retry-After", value: "86400" }], albMultiValue: ["86400"] };
      expect(headers[kind === "edge" ? "retry-after" : "Retry-After"]).toEqual(
        kind === "edge" || kind === "albMultiValue" ? expected[kind] : "86400",
      );
    },
  );

  it.each([
    ["first", () => [quiet(), rateLimit(one)]],
    ["last", () => [rateLimit(one), quiet()]],
    ["absent", () => [rateLimit(one)]],
  ])("is the same with http-error-handler %s", async (_, middlewares) => {
    const call = lambda(middlewares() as MiddlewareObj[]);
    await call(apiEvents.rest());
    const answer = await call(apiEvents.rest());
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Retry-After": "86400",
      RateLimit: '"1-per-day";r=0;t=86400',
    });
    expect(JSON.parse(answer.body).status).toBe(429);
  });

  it("never runs the handler, and keeps another middleware's answer", async () => {
    const handler = vi.fn(ok);
    const own: MiddlewareObj = {
      onError: (request) => {
        request.response = { statusCode: 503, body: "busy" };
      },
    };
    const call = lambda([rateLimit(one), own], handler);
    await call(apiEvents.http());
    expect(await call(apiEvents.http())).toEqual({ statusCode: 503, body: "busy" });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it("of more than a limit can ever hold has no Retry-After, and takes nothing", async () => {
    const call = limited({ ...one, limits: quota(2, "day"), cost: (event) => (event as { cost: number }).cost });
    const answer = await call({ ...apiEvents.http(), cost: 3 });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers["Retry-After"]).toBeUndefined();
    expect((await call({ ...apiEvents.http(), cost: 2 })).statusCode).toBe(200);
    await expect(call({ ...apiEvents.http(), cost: -1 })).rejects.toThrow(/cost must be/);
  });

  it("is 503 if no store can be asked and no request may pass uncounted", async () => {
    const { takeSync: _, ...store } = memoryStore();
    store.take = () => Promise.reject(new Error("down"));
    const answer = await limited({ limits: quota(1, "day"), store, onStoreError: "deny" })(apiEvents.http());
    expect(answer).toMatchObject({ statusCode: 503, headers: { "Retry-After": "1" } });
    expect(JSON.parse(answer.body).type).toMatch(/#temporary-reduced-capacity$/);
    const passed = await limited({ limits: quota(1, "day"), store, onStoreError: "allow" })(apiEvents.http());
    expect(passed).toEqual({ statusCode: 200, body: "ok" });
  });
});

describe("a rejection's error", () => {
  async function thrownBy(options: RateLimitOptions): Promise<Error> {
    let error: unknown;
    const look: MiddlewareObj = {
      onError: (request) => {
        error = request.error;
      },
    };
    const call = lambda([rateLimit(options), look]);
    await call(apiEvents.http());
    await call(apiEvents.http());
    return error as Error;
  }
  const denied = { ...one, denyList: ["203.0.113.7"] };

  it.each([
    ["over a limit", one],
    ["on the deny list", denied],
  ])("has no stack trace, and leaves those of other errors alone: %s", async (_, options) => {
    expect((await thrownBy(options)).stack).not.toContain("\n");
    expect(new Error("another").stack).toContain("\n");
  });

  it("is thrown even if the length of stack traces is fixed, as under --frozen-intrinsics", async () => {
    const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") as PropertyDescriptor;
    Object.defineProperty(Error, "stackTraceLimit", { ...limit, writable: false });
    try {
      expect(await thrownBy(one)).toMatchObject({ code: "RATE_LIMITED" });
    } finally {
      Object.defineProperty(Error, "stackTraceLimit", limit);
    }
  });
});

describe("passes untouched:", () => {
  it.each(Object.keys(otherEvents))("no API request: %s", async (kind) => {
    const call = limited({ ...one, onMissingKey: "deny", denyList: ["0.0.0.0/0"] }, (event) => event);
    for (let times = 0; times < 3; times += 1) {
      const event = otherEvents[kind]?.();
      expect(await call(event)).toBe(event);
    }
  });

  it("a rehearsal, which takes nothing", async () => {
    const call = limited(one);
    const context = lambdaContext();
    const invocation = enterInvocation({ event: {}, context }, {});
    const inner = lambdaContext();
    const wrapped = middy<unknown, unknown>()
      .use(rateLimit(one))
      .handler(async () => ({ statusCode: 200 }));
    for (let times = 0; times < 3; times += 1) {
      const answer = await runRehearsal(inner, () => wrapped(apiEvents.http(), inner as never));
      expect(answer).toEqual({ statusCode: 200 });
    }
    invocation.ended = true;
    expect((await call(apiEvents.http())).statusCode).toBe(200);
  });

  it("a request that skip returns true for", async () => {
    const call = limited({ ...one, skip: (event) => (event as { rawPath: string }).rawPath === "/users/7" });
    await call(apiEvents.http());
    expect(await call(apiEvents.http())).toEqual({ statusCode: 200, body: "ok" });
  });

  it("random events, and real ones with a part changed: it throws nothing but its own rejections", async () => {
    const real = fc.constantFrom(...Object.values(apiEvents), ...Object.values(otherEvents)).map((make) => make());
    /** One field somewhere is replaced by anything. */
    const mutated = fc.tuple(real, fc.array(fc.nat(), { maxLength: 5 }), fc.anything()).map(([event, path, value]) => {
      let place: Record<string, unknown> = structuredClone(event);
      const whole = place;
      for (const step of path) {
        const keys = Object.keys(place);
        const key = keys[step % keys.length] ?? "";
        const next = place[key];
        if (typeof next !== "object" || next === null || step === path.at(-1)) {
          place[key] = value;
          break;
        }
        place = next as Record<string, unknown>;
      }
      return whole;
    });
    const seen: unknown[] = [];
    const middleware = rateLimit({
      limits: [slidingWindow(3, "1s"), quota(1_000, "day")],
      clock,
      denyList: ["198.51.100.0/24"],
    });
    const reached = middy<unknown, unknown>()
      .use(middleware)
      .handler(async (event) => {
        seen.push(event);
        return event;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything({ withBigInt: true, withDate: true }), mutated), async (event) => {
        const answer = (await reached(event, lambdaContext() as never)) as
          | { statusCode?: number; status?: string }
          | undefined;
        if (Object.is(seen.pop(), event) && Object.is(answer, event)) return;
        if (
          answer !== null &&
          typeof answer === "object" &&
          answer.statusCode === undefined &&
          answer.status === undefined
        )
          return;
        expect(["429", "403"]).toContain(String(answer?.statusCode ?? answer?.status));
      }),
      { numRuns: 10_000 },
    );
  }, 60_000);
});

describe("the key of a request", () => {
  it("is the client's address, or the network of an IPv6 client", async () => {
    const call = limited(one);
    const status = async (address: string) => (await call(from(address))).statusCode;
    expect([await status("192.0.2.1"), await status("192.0.2.2"), await status("::ffff:192.0.2.1")]).toEqual([
      200, 200, 429,
    ]);
    expect([
      await status("2001:db8:1:200::1"),
      await status("2001:db8:1:2ff::2"),
      await status("2001:db8:1:300::1"),
    ]).toEqual([200, 429, 200]);
    const narrow = limited({ ...one, ipv6Prefix: 64 });
    expect((await narrow(from("2001:db8:1:200::1"))).statusCode).toBe(200);
    expect((await narrow(from("2001:db8:1:2ff::1"))).statusCode).toBe(200);
  });

  it("is what key returns, and 403 without one: never a bucket that all share", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const keyed: RateLimitOptions = { ...one, key: (event) => (event as { user?: string }).user };
    const call = limited(keyed);
    const as = (user: unknown) => call({ ...apiEvents.http(), user });
    expect([(await as("a")).statusCode, (await as("b")).statusCode, (await as("a")).statusCode]).toEqual([
      200, 200, 429,
    ]);
    for (const missing of [undefined, "", 7, null, {}]) {
      const answer = await as(missing);
      expect(answer.statusCode).toBe(403);
      expect(answer.headers).toEqual({ "Content-Type": "application/problem+json" });
      expect(JSON.parse(answer.body)).toEqual({ title: "Forbidden", status: 403, detail: "Access is denied" });
    }
    expect(events.at(-1)).toEqual({
      type: "rate_limit.denied",
      source: "default",
      reason: "missing-key",
      dryRun: false,
    });
    const message =
      "rateLimit: key must return text, parts or undefined, but its result has another type (reported once): number";
    expect(warned).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
    unsubscribe();
    expect((await as("")).statusCode).toBe(403);
    const open = limited({ ...keyed, onMissingKey: "allow" });
    for (let times = 0; times < 3; times += 1) expect((await open(apiEvents.http())).statusCode).toBe(200);
  });

  it("is missing if the address cannot be trusted", async () => {
    expect((await limited({ ...one, trustedHops: 5 })(apiEvents.rest())).statusCode).toBe(403);
    const allowed = await limited({ ...one, trustedHops: 5, onMissingKey: "allow", denyList: ["0.0.0.0/0"] })(
      apiEvents.rest(),
    );
    expect(allowed).toEqual({ statusCode: 200, body: "ok" });
  });

  it("does not matter if the address is on the deny list or the allow list; the deny list wins", async () => {
    const call = limited({
      ...one,
      key: () => "all",
      allowList: ["192.0.2.0/24"],
      denyList: ["192.0.2.66", "2001:db8::/32"],
    });
    const status = async (address: string) => (await call(from(address))).statusCode;
    expect([await status("192.0.2.1"), await status("192.0.2.1")]).toEqual([200, 200]);
    expect([await status("192.0.2.66"), await status("2001:db8::1")]).toEqual([403, 403]);
    expect(events.at(-1)).toMatchObject({ type: "rate_limit.denied", reason: "deny-list" });
    expect([await status("198.51.100.1"), await status("198.51.100.2")]).toEqual([200, 429]);
  });

  it("does not matter if the address is on the allow list, and there is no deny list", async () => {
    const call = limited({ ...one, key: () => "all", allowList: ["192.0.2.0/24"] });
    const status = async (address: string) => (await call(from(address))).statusCode;
    expect([await status("192.0.2.1"), await status("192.0.2.1")]).toEqual([200, 200]);
    expect([await status("198.51.100.1"), await status("198.51.100.1")]).toEqual([200, 429]);
  });

  it("may have limits of its own, by a function", async () => {
    const [free, paid] = [[quota(1, "day")], [quota(3, "day")]];
    const call = limited({ ...one, limits: (event) => ((event as { paid?: boolean }).paid ? paid : free) });
    expect((await call(apiEvents.http())).statusCode).toBe(200);
    expect((await call(apiEvents.http())).statusCode).toBe(429);
    // Another number, the same window: the count is kept.
    expect((await call({ ...apiEvents.http(), paid: true })).headers.RateLimit).toMatch(/r=1/);
    await expect(limited({ ...one, limits: () => undefined as never })(apiEvents.http())).rejects.toThrow(
      /limits must be/,
    );
  });
});

describe("headers on responses", () => {
  const many = { limits: slidingWindow(10, "1s"), clock };

  it("report what is left, in the chosen style", async () => {
    expect((await limited(many)(apiEvents.http())).headers).toEqual({
      "RateLimit-Policy": '"10-per-1s";q=10;w=1',
      RateLimit: '"10-per-1s";r=9;t=2',
    });
    const legacy = await limited({ ...many, headers: "legacy" })(apiEvents.http());
    expect(legacy.headers).toEqual({
      ...{ "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "9" },
      "X-RateLimit-Reset": String(Date.UTC(2026, 0, 1) / 1_000 + 2),
    });
    expect(Object.keys((await limited({ ...many, headers: "both" })(apiEvents.http())).headers).length).toBe(5);
    expect(await limited({ ...many, headers: "none" })(apiEvents.http())).toEqual({ statusCode: 200, body: "ok" });
  });

  it("are added to a copy; the handler's own stay", async () => {
    const constant = Object.freeze({ statusCode: 200, headers: Object.freeze({ "ratelimit-policy": "mine", A: "b" }) });
    const call = limited(many, () => constant);
    expect((await call(apiEvents.http())).headers).toEqual({
      ...{ "ratelimit-policy": "mine", A: "b", RateLimit: '"10-per-1s";r=9;t=2' },
    });
    expect((await call(apiEvents.http())).headers.RateLimit).toBe('"10-per-1s";r=8;t=2');
    expect(constant.headers).toEqual({ "ratelimit-policy": "mine", A: "b" });
  });

  it("are added to multiValueHeaders if a load balancer reads only those", async () => {
    const answer = await limited(many, () => ({ statusCode: 200, multiValueHeaders: { A: ["b", "c"] } }))(
      apiEvents.albMultiValue(),
    );
    expect(answer.multiValueHeaders).toMatchObject({ A: ["b", "c"], RateLimit: ['"10-per-1s";r=9;t=2'] });
    expect(answer.headers).toBeUndefined();
  });

  it.each([{ users: [] }, "text", undefined, null, { statusCode: "ok" }, { statusCode: 200, headers: null }])(
    "are left out if there is no place for them: %j",
    async (response) => {
      expect(await limited(many, () => response)(apiEvents.http())).toBe(response);
    },
  );

  it("are added to the response to an error, too", async () => {
    const fail: Handler = () => {
      throw Object.assign(new Error("none such"), { statusCode: 404, expose: true });
    };
    const answer = await lambda([rateLimit(many), quiet()], fail)(apiEvents.http());
    expect(answer).toMatchObject({ statusCode: 404, body: "none such", headers: { RateLimit: '"10-per-1s";r=9;t=2' } });
    await expect(limited(many, fail)(apiEvents.http())).rejects.toThrow("none such");
  });
});

describe("a dry run", () => {
  it("counts and publishes, but rejects no request and adds no headers", async () => {
    const call = limited({ ...one, dryRun: true, denyList: ["198.51.100.1"] });
    for (let times = 0; times < 3; times += 1)
      expect(await call(apiEvents.http())).toEqual({ statusCode: 200, body: "ok" });
    await call(from("198.51.100.1"));
    await call(from("no address"));
    expect(events.map((event) => [event.type, "dryRun" in event && event.dryRun])).toEqual([
      ["rate_limit.exceeded", true],
      ["rate_limit.exceeded", true],
      ["rate_limit.denied", true],
      ["rate_limit.denied", true],
    ]);
  });
});

describe("a callback that is async by mistake", () => {
  const later = (async () => false) as unknown as () => never;

  it.each(["skip", "key", "countIf", "limits"] as const)("fails the request with its name: %s", async (callback) => {
    const handler = middy()
      .use(rateLimit({ ...one, [callback]: later }))
      .handler(() => ({ statusCode: 200 }));
    const message = `rateLimit: ${callback} must be synchronous, but it returned a promise`;
    await expect(handler(apiEvents.http(), lambdaContext())).rejects.toThrow(new TypeError(message));
  });

  it("does not end the process if it also rejects later", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const failing = (async () => Promise.reject(new Error("late"))) as unknown as () => never;
    for (const callback of ["skip", "key", "cost", "countIf", "limits"]) {
      const handler = middy()
        .use(rateLimit({ ...one, [callback]: failing }))
        .handler(() => ({ statusCode: 200 }));
      await expect(handler(apiEvents.http(), lambdaContext())).rejects.toThrow(TypeError);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("countIf", () => {
  const failedOnly: RateLimitOptions = {
    limits: quota(2, "day"),
    clock,
    countIf: ({ statusCode }) => statusCode === 401,
  };

  it("gives back a request that does not count", async () => {
    const call = limited(failedOnly, (event) => ({ statusCode: (event as { status: number }).status }));
    const login = (status: number) => call({ ...apiEvents.http(), status });
    for (let times = 0; times < 5; times += 1) expect((await login(200)).statusCode).toBe(200);
    expect([(await login(401)).statusCode, (await login(401)).statusCode]).toEqual([401, 401]);
    expect((await login(200)).statusCode).toBe(429);
  });

  it("is called once per request, even if an outer after throws", async () => {
    const countIf = vi.fn(() => false);
    const outer: MiddlewareObj = {
      after: () => {
        throw new Error("outer");
      },
    };
    const call = lambda([outer, rateLimit({ ...failedOnly, countIf })]);
    await expect(call(apiEvents.http())).rejects.toThrow("outer");
    expect(countIf).toHaveBeenCalledTimes(1);
    const response = expect.objectContaining({ statusCode: 200 });
    expect(countIf.mock.calls).toStrictEqual([[{ statusCode: 200, response }]]);
  });

  it("is called for errors, but not for rejections", async () => {
    const countIf = vi.fn(() => true);
    const error = new Error("wrong password");
    const call = limited({ ...one, countIf }, () => {
      throw error;
    });
    await expect(call(apiEvents.http())).rejects.toBe(error);
    expect((await call(apiEvents.http())).statusCode).toBe(429);
    expect(countIf.mock.calls).toStrictEqual([[{ statusCode: undefined, error }]]);
  });

  it.each([
    [undefined, 418, undefined],
    [{ statusCode: 400, body: "I answer teapots like this" }, 400, { statusCode: 400 }],
  ])(
    "gets an error's own status, or that of the response that it was answered with: %j",
    async (answer, ...expected) => {
      const [statusCode, response] = expected;
      const countIf = vi.fn(() => true);
      const error = Object.assign(new Error("I am a teapot"), { statusCode: 418 });
      const fail: Handler = () => {
        throw error;
      };
      const answering: MiddlewareObj = {
        onError: (request) => {
          request.response = answer;
        },
      };
      await lambda([rateLimit({ ...one, countIf }), answering], fail)(apiEvents.http()).catch(() => undefined);
      const given = response === undefined ? {} : { response: expect.objectContaining(response) };
      expect(countIf.mock.calls).toStrictEqual([[{ statusCode, error, ...given }]]);
    },
  );
});

describe("together with others", () => {
  it("keeps fifty overlapping requests apart", async () => {
    const { takeSync: _, ...inner } = memoryStore();
    const store = {
      ...inner,
      take: async (...given: Parameters<typeof inner.take>) => {
        await turn();
        return inner.take(...given);
      },
    };
    for (const own of [store, undefined]) {
      const call = limited(
        {
          limits: quota(3, "day"),
          clock,
          key: (event) => String((event as { n: number }).n),
          ...(own && { store: own }),
        },
        async (event) => {
          await turn();
          return { statusCode: 200, body: String((event as { n: number }).n) };
        },
      );
      for (let round = 0; round < 4; round += 1) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => call({ ...apiEvents.http(), n })));
        for (const [n, { statusCode, headers, body }] of answers.entries()) {
          expect(statusCode).toBe(round < 3 ? 200 : 429);
          expect(headers.RateLimit).toContain(`r=${Math.max(0, 2 - round)};`);
          if (round < 3) expect(body).toBe(String(n));
        }
      }
    }
  });

  it("counts separately in a nested Middy handler", async () => {
    const inner = middy<unknown, unknown>()
      .use(rateLimit({ ...one, limits: quota(2, "day") }))
      .handler(async () => ({ statusCode: 200 }));
    const outer = middy<unknown, unknown>()
      .use(rateLimit({ ...one, limits: quota(9, "day") }))
      .handler((event, context) => inner(event, context));
    const answers: Answer[] = [];
    for (let times = 0; times < 3; times += 1) {
      answers.push((await outer(apiEvents.http(), lambdaContext() as never)) as Answer);
    }
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => headers.RateLimit)).toEqual([
      ...['"2-per-day";r=1;t=86400', '"2-per-day";r=0;t=86400', '"2-per-day";r=0;t=86400'],
    ]);
  });

  it("works twice in one chain, in either order, and reports the limit that was reached", async () => {
    const day = () => rateLimit({ ...one, name: "day", limits: quota(2, "day") });
    const hour = () => rateLimit({ ...one, name: "hour", limits: quota(1, "hour") });
    for (const chain of [
      [day(), hour()],
      [hour(), day()],
    ]) {
      const call = lambda(chain);
      expect((await call(apiEvents.http())).statusCode).toBe(200);
      const answer = await call(apiEvents.http());
      expect([answer.statusCode, JSON.parse(answer.body)["violated-policies"]]).toEqual([429, ["1-per-hour"]]);
    }
  });

  it("settles what counts inside the invocation, so that its deadline bounds a refund, and ends it then", async () => {
    const memory = memoryStore();
    const seen: (Scope | undefined)[] = [];
    const store: RateLimitStore = {
      take: async (request) => memory.takeSync(request),
      refund: async () => void seen.push(currentScope()),
      peek: memory.peek,
      reset: memory.reset,
    };
    const countIf = (): boolean => {
      seen.push(currentScope());
      return false;
    };
    for (const fails of [false, true]) {
      seen.length = 0;
      const call = limited({ ...one, limits: quota(9, "day"), store, countIf }, () => {
        if (fails) throw new Error("fails");
        return { statusCode: 200 };
      });
      await call(apiEvents.http()).catch(() => undefined);
      const [inCountIf, inRefund] = seen;
      expect(inRefund).toBe(inCountIf);
      expect(inCountIf?.ended).toBe(true);
    }
  });

  it("ends its invocation even if countIf throws", async () => {
    let inCountIf: Scope | undefined;
    const countIf = (): boolean => {
      inCountIf = currentScope();
      throw new Error("bug");
    };
    await limited({ ...one, countIf })(apiEvents.http()).catch(() => undefined);
    expect(inCountIf?.ended).toBe(true);
  });

  it("opens an invocation for the handler, and ends it", async () => {
    let inside: Scope | undefined;
    const call = limited({ ...one, limits: quota(2, "day") }, (event) => {
      inside = currentScope();
      if ("fails" in (event as object)) throw new Error("fails");
      return { statusCode: 200 };
    });
    await call(apiEvents.http());
    expect(inside?.ended).toBe(true);
    await expect(call({ ...apiEvents.http(), fails: true })).rejects.toThrow("fails");
    expect(inside?.ended).toBe(true);
  });

  it("tolerates an error from an earlier hook", async () => {
    const thrower: MiddlewareObj = {
      before: () => {
        throw new Error("early");
      },
    };
    await expect(lambda([thrower, rateLimit(one)])(apiEvents.http())).rejects.toThrow("early");
  });

  it("shares counts with a limiter that is called by hand", async () => {
    const store = memoryStore();
    const limits = quota(1, "day");
    await createRateLimiter({ name: "api", limits, store, clock }).take("203.0.113.7");
    expect((await limited({ name: "api", limits, store, clock })(apiEvents.http())).statusCode).toBe(429);
  });
});

describe("a WebSocket client that is over its limit", () => {
  const websocket = (parts: object) => {
    const event = apiEvents.websocket();
    return { ...event, requestContext: { ...(event.requestContext as object), ...parts } };
  };

  it("is rejected, but its $disconnect reaches the handler, which would lose track of the connection", async () => {
    const call = limited(one);
    const message = websocket({ eventType: "MESSAGE", routeKey: "send" });
    const disconnect = websocket({ eventType: "DISCONNECT", routeKey: "$disconnect" });
    expect((await call(disconnect)).statusCode).toBe(200);
    expect((await call(websocket({}))).statusCode).toBe(200);
    expect((await call(message)).statusCode).toBe(429);
    expect(await call(disconnect)).toEqual({ statusCode: 200, body: "ok" });
    // A message names its own route: what the client writes there takes it past nothing.
    expect((await call(websocket({ eventType: "MESSAGE", routeKey: "$disconnect" }))).statusCode).toBe(429);
  });
});

describe("options", () => {
  it.each([
    [{}, /limits must be made by/],
    [{ limits: quota(1, "day"), limit: 1 }, /rateLimit: unknown option limit/],
    [{ limits: quota(1, "day"), key: "ip" }, /key must be a function, got "ip"/],
    [{ limits: quota(1, "day"), skip: true }, /skip must be a function, got true/],
    [{ limits: quota(1, "day"), cost: 1 }, /cost must be a function, got 1/],
    [{ limits: quota(1, "day"), countIf: {} }, /countIf must be a function, got an object/],
    [
      { limits: quota(1, "day"), onMissingKey: "pass" },
      /onMissingKey must be one of "deny", "allow", "address", got "pass"/,
    ],
    [{ limits: quota(1, "day"), allowList: ["x"] }, /allowList must hold .* got "x"/],
    [{ limits: quota(1, "day"), denyList: ["1.2.3.4/40"] }, /denyList must hold/],
    [{ limits: quota(1, "day"), denyList: "1.2.3.4" }, /denyList must be an array, got "1.2.3.4"/],
    [{ limits: quota(1, "day"), ipv6Prefix: 129 }, /ipv6Prefix must be a whole number between 1 and 128, got 129/],
    [{ limits: quota(1, "day"), trustedHops: -1 }, /trustedHops must be a whole number between 0 and 32, got -1/],
    [{ limits: quota(1, "day"), dryRun: "yes" }, /dryRun must be a boolean, got "yes"/],
    [{ limits: quota(1, "day"), headers: "draft-7" }, /headers must be one of .* got "draft-7"/],
    [undefined, /rateLimit: options must be an object, got undefined/],
  ])("are refused if they are bad: %j", (options, message) => {
    expect(() => rateLimit(options as never)).toThrow(message);
  });
});
