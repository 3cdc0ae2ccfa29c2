import middy, { type MiddlewareObj } from "@middy/core";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  clientAddress,
  createRateLimiter,
  memoryStore,
  quota,
  type RateLimitOptions,
  type RateLimitStore,
  rateLimit,
  slidingWindow,
} from "./index.ts";

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}
interface ApiEvent {
  readonly headers: Record<string, string>;
}

const clock = manualClock(Date.UTC(2026, 0, 1));
const one = { limits: quota(1, "day"), clock };
const keyOf = (event: unknown) => (event as ApiEvent).headers["x-api-key"];

function call(middlewares: readonly MiddlewareObj[], event: unknown, statusCode = 200): Promise<Answer> {
  const handler = middy<unknown, unknown>().use([...middlewares]);
  return handler.handler(async () => ({ statusCode, headers: {} }))(event, lambdaContext() as never) as Promise<Answer>;
}

function http(address: string, headers: Record<string, string> = {}): object {
  const event = apiEvents.http() as { requestContext: { http: object } };
  const requestContext = { ...event.requestContext, http: { ...event.requestContext.http, sourceIp: address } };
  return { ...event, headers, requestContext };
}

async function statuses(options: RateLimitOptions, events: readonly unknown[]): Promise<readonly number[]> {
  const limit = rateLimit(options);
  const all: number[] = [];
  for (const event of events) all.push((await call([limit], event)).statusCode);
  return all;
}

afterEach(() => vi.restoreAllMocks());

describe("a key", () => {
  test("made of parts counts each set of parts, and is missing if one of them is", async () => {
    const options: RateLimitOptions = { ...one, key: (event) => ({ plan: "free", user: keyOf(event) }) };
    const [ada, bob] = [http("1.1.1.1", { "x-api-key": "ada" }), http("1.1.1.1", { "x-api-key": "bob" })];
    expect(await statuses(options, [ada, bob, ada, http("1.1.1.1")])).toEqual([200, 200, 429, 403]);
  });

  test("that is missing falls back to the address, which no key can equal", async () => {
    const options: RateLimitOptions = { ...one, onMissingKey: "address", key: keyOf };
    const byAddress = http("203.0.113.7");
    const forged = ["203.0.113.7", "~address=11:203.0.113.7"].map((key) => http("1.1.1.1", { "x-api-key": key }));
    expect(await statuses(options, [byAddress, ...forged, byAddress])).toEqual([200, 200, 200, 429]);
  });

  test("and an address that are both missing are denied", async () => {
    const { requestContext: _, ...alb } = apiEvents.alb();
    const nowhere = { ...alb, headers: {}, requestContext: { elb: {} } };
    expect(await statuses({ ...one, onMissingKey: "address", key: keyOf }, [nowhere])).toEqual([403]);
  });

  test("that is missing is answered as the option says", async () => {
    const challenge = { "WWW-Authenticate": "ApiKey" };
    const limit = rateLimit({ ...one, key: keyOf, onMissingKey: { statusCode: 401, headers: challenge } });
    const answer = await call([limit], http("1.1.1.1"));
    expect(answer).toMatchObject({ statusCode: 401, headers: challenge });
    expect(
      (await call([rateLimit({ ...one, key: keyOf, onMissingKey: { statusCode: 400 } })], http("1.1.1.1"))).statusCode,
    ).toBe(400);
    const denied = rateLimit({ ...one, denyList: ["1.1.1.1"], onMissingKey: { statusCode: 401 } });
    expect((await call([denied], http("1.1.1.1"))).statusCode).toBe(403);
  });

  test.each([
    [{ statusCode: 404 }, /rateLimit: onMissingKey: statusCode must be one of 400, 401, 403, got 404/],
    [{}, /rateLimit: onMissingKey: statusCode must be one of/],
    [{ statusCode: 401, headers: { a: 7 } }, /rateLimit: onMissingKey: headers\.a must be a non-empty string, got 7/],
    ["ip", /rateLimit: onMissingKey must be one of "deny", "allow", "address", got "ip"/],
  ])("%j is refused as the answer to a missing one", (onMissingKey, message) => {
    expect(() => rateLimit({ ...one, onMissingKey: onMissingKey as never })).toThrow(message);
  });
});

describe("a load balancer's health check", () => {
  const headers = { "user-agent": "ELB-HealthChecker/2.0" };
  const single = { ...apiEvents.alb(), headers };
  const { headers: _, ...rest } = apiEvents.albMultiValue();
  const multi = { ...rest, multiValueHeaders: { "user-agent": [headers["user-agent"]] } };

  test.each([
    ["single", single],
    ["multi", multi],
  ])("with %s values is not limited by the default key", async (_case, event) => {
    expect(await statuses(one, [event, event, event])).toEqual([200, 200, 200]);
    expect(await statuses({ ...one, onMissingKey: "address", key: () => undefined }, [event, event])).toEqual([
      200, 200,
    ]);
  });

  test("is limited by a key of your own, and a client that looks like one is limited", async () => {
    expect(await statuses({ ...one, key: () => "all" }, [single, single])).toEqual([200, 429]);
    const client = { ...single, headers: { ...headers, "x-forwarded-for": "203.0.113.7" } };
    expect(await statuses(one, [client, client])).toEqual([200, 429]);
  });
});

describe("clientAddress", () => {
  test.each([
    [http("203.0.113.7"), {}, "203.0.113.7"],
    [http("2001:db8:1:1ff::7"), {}, "2001:db8:1:100::/56"],
    [http("2001:db8:1:1ff::7"), { ipv6Prefix: 48 }, "2001:db8:1::/48"],
    [http("1.1.1.1", { "x-forwarded-for": "203.0.113.7, 130.176.0.1" }), { trustedHops: 1 }, "203.0.113.7"],
    [http("unknown"), {}, undefined],
    [{ Records: [] }, {}, undefined],
  ])("of %j with %j is %s", (event, options, expected) => {
    expect(clientAddress(event, options)).toBe(expected);
  });

  test("refuses bad options", () => {
    expect(() => clientAddress({}, { ipv6Prefix: 0 })).toThrow(
      /^clientAddress: ipv6Prefix must be a whole number between 1 and 128, got 0$/,
    );
  });
});

describe("reset of the middleware", () => {
  test.each<[string, RateLimitOptions, unknown]>([
    ["the address", one, clientAddress(http("1.1.1.1"))],
    ["a text", { ...one, key: keyOf }, "k"],
    ["parts", { ...one, key: (event) => ({ user: keyOf(event) }) }, { user: "k" }],
    ["the address as a part", { ...one, key: () => undefined, onMissingKey: "address" }, { address: "1.1.1.1" }],
  ])("forgets what was counted under %s", async (_case, options, key) => {
    const limit = rateLimit(options);
    const event = http("1.1.1.1", { "x-api-key": "k" });
    expect((await call([limit], event)).statusCode).toBe(200);
    expect((await call([limit], event)).statusCode).toBe(429);
    await limit.reset(key as string);
    expect((await call([limit], event)).statusCode).toBe(200);
  });

  test.each([undefined, "", {}, 7])("refuses %j", async (key) => {
    await expect(rateLimit(one).reset(key as never)).rejects.toThrow(/^reset: key must be a non-empty string/);
  });
});

describe("a limiter around another", () => {
  const inner = (limits = quota(1, "hour", { name: "inner" })) => rateLimit({ name: "inner", limits, clock });

  test("gets its unit back if the inner one rejects", async () => {
    const outer = rateLimit({ name: "outer", limits: quota(2, "day", { name: "outer" }), clock });
    const pair = [outer, inner()];
    const event = http("1.1.1.1");
    expect((await call(pair, event)).statusCode).toBe(200);
    for (let tries = 0; tries < 5; tries += 1) expect((await call(pair, event)).statusCode).toBe(429);
    const other = [outer, inner(quota(9, "hour"))];
    expect([(await call(other, event)).statusCode, (await call(other, event)).statusCode]).toEqual([200, 429]);
  });

  test("gets it back once, whatever countIf says", async () => {
    const outer = rateLimit({ limits: quota(2, "day"), clock, countIf: () => false });
    const pair = [outer, inner()];
    const event = http("1.1.1.1");
    for (const status of [200, 429, 429]) expect((await call(pair, event)).statusCode).toBe(status);
    expect((await call([outer], event, 200)).headers.RateLimit).toContain("r=1");
  });

  test.each([
    ["admits", 200],
    ["rejects", 429],
  ])("reports its limit beside the inner one's if that %s", async (_case, status) => {
    const outer = rateLimit({ name: "outer", limits: quota(9, "day", { name: "outer" }), clock, headers: "both" });
    const limit = inner();
    const event = http("1.1.1.1");
    if (status === 429) await call([limit], event);
    const { statusCode, headers } = await call([outer, limit], event);
    expect(statusCode).toBe(status);
    expect(headers.RateLimit).toMatch(/^"inner";r=0;t=\d+, "outer";r=8;t=\d+$/);
    expect(headers["RateLimit-Policy"]).toBe('"inner";q=1;w=3600, "outer";q=9;w=86400');
    expect(headers["X-RateLimit-Limit"]).toBe("9");
  });

  test("reports its own headers beside others of the inner one", async () => {
    const outer = rateLimit({ name: "outer", limits: quota(9, "day", { name: "outer" }), clock });
    const limit = rateLimit({ name: "inner", limits: quota(5, "hour"), clock, headers: "legacy" });
    const { headers } = await call([outer, limit], http("1.1.1.1"));
    expect(headers).toMatchObject({ "X-RateLimit-Limit": "5", "RateLimit-Policy": '"outer";q=9;w=86400' });
  });

  test("reports lists to a load balancer that reads only those", async () => {
    const outer = rateLimit({ name: "outer", limits: quota(9, "day", { name: "outer" }), clock });
    const answer = (await call([outer, inner()], apiEvents.albMultiValue())) as unknown as {
      multiValueHeaders: object;
    };
    expect(answer.multiValueHeaders).toMatchObject({ RateLimit: [expect.stringMatching(/^"inner".*, "outer"/)] });
  });

  test("leaves a header of yours between them alone", async () => {
    const outer = rateLimit({ name: "outer", limits: quota(9, "day", { name: "outer" }), clock });
    const mine: MiddlewareObj = {
      after: ({ response }) => void Object.assign((response as Answer).headers, { RateLimit: "mine" }),
    };
    expect((await call([outer, mine, inner()], http("1.1.1.1"))).headers.RateLimit).toBe("mine");
  });
});

test("a store that decides some requests from memory is asked for the others alone", async () => {
  const { takeSync, ...memory } = memoryStore();
  const asked: string[] = [];
  const store: RateLimitStore = {
    ...memory,
    takeOrAsk(request) {
      if (request.key.endsWith("known")) return takeSync(request);
      return async () => {
        asked.push(request.key);
        return takeSync(request);
      };
    },
  };
  const limiter = createRateLimiter({ limits: quota(1, "year"), store, clock });
  for (const key of ["known", "new", "known"]) await limiter.take(key);
  expect([(await limiter.take("known")).allowed, asked]).toEqual([false, ["default:new"]]);
});

test("a cost that no limit can hold is reported once", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const limiter = createRateLimiter({ limits: [slidingWindow(5, "1s"), quota(9, "day")], clock });
  expect((await limiter.take("a", { cost: 7 })).retryAfterMs).toBe(Infinity);
  await limiter.take("a", { cost: 8 });
  expect(warned.mock.calls.map(([message]) => message)).toEqual([
    "createRateLimiter: a cost above a limit is always rejected; the limits (reported once): 5-per-1s",
  ]);
});
