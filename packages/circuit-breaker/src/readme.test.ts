/** The examples of README.md, word for word, and run. */
import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const payments = createCircuitBreaker({ name: "payments" });

async function createOrder({ body }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const signal = AbortSignal.timeout(1_000); // A call that hangs counts only when it ends.
  const { ok } = await payments.run(() => fetch(paymentsUrl, { method: "PUT", body: body ?? null, signal }));
  return { statusCode: ok ? 201 : 502 };
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(circuitBreaker())
  .handler(createOrder);

const paymentsUrl = "data:application/json,{}";
const saved: CircuitSnapshot | undefined = undefined;
const clock = manualClock();

import { failureRate, isFailure } from "@midguard/circuit-breaker";

const catalogue = createCircuitBreaker({
  name: "catalogue",
  trip: failureRate({ threshold: 0.5, minimumCalls: 10, slowCallMs: 800, slowRate: 0.9 }),
  isFailure: (outcome) => isFailure(outcome) && !(!outcome.ok && outcome.error instanceof OutOfStockError),
  initialState: saved,
});

import { consecutiveFailures } from "@midguard/circuit-breaker";

const nightly = createCircuitBreaker({
  name: "nightly",
  trip: failureRate({ windowMs: 300_000, minimumCalls: 3 }), // Few calls: 3 failures within 5 minutes.
});
const imports = createCircuitBreaker({
  name: "imports",
  trip: consecutiveFailures(10), // Hundreds of calls in one batch: 10 failures in a row, however fast.
});
const tested = createCircuitBreaker({
  name: "tested",
  trip: consecutiveFailures(1), // A test: the first failure opens it, for exactly `openMs` of the test's clock.
  clock,
  random: () => 0.5,
});

const orders = createCircuitBreaker({ name: "orders" });

export const guarded = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(circuitBreaker({ breakers: [orders] }))
  .handler(orders.wrap(createOrder));

import { createCircuitBreakers } from "@midguard/circuit-breaker";
import { breakerFetch } from "@midguard/circuit-breaker/fetch";

const tenants = createCircuitBreakers({ name: "tenants", maxCircuits: 200 });
const query = (tenant: string) => tenants.for(tenant).run(() => search(tenant));

const guardedFetch = breakerFetch(createCircuitBreakers({ name: "http" }));

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoDbCircuitStore } from "@midguard/circuit-breaker/dynamodb";

const store = dynamoDbCircuitStore({ client: new DynamoDBClient(), tableName: "circuits" });
const stock = createCircuitBreaker({ name: "stock", store });
export const getStock = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(circuitBreaker({ breakers: [stock] }))
  .handler(async () => ({ statusCode: 200, body: await stock.run(() => readStock()) }));

import { redisCircuitStore } from "@midguard/circuit-breaker/redis";
import { createClient } from "redis";

const client = createClient({ url: "redis://localhost:6379", socket: { reconnectStrategy: 500 } });
const shards = createCircuitBreakers({ name: "shards", store: redisCircuitStore({ client }) });

import { createCircuitControl } from "@midguard/circuit-breaker";

const circuits = createCircuitControl({ store });
export const isolateStock = async () => {
  await circuits.isolate("stock"); // Until circuits.release("stock").
  return circuits.list(); // [{ circuit: "stock", phase: "isolated", ageMs: 12 }]
};

import type { CircuitBreaker, CircuitSnapshot, Trip } from "@midguard/circuit-breaker";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { expect, test } from "vitest";

class OutOfStockError extends Error {}
async function readStock(): Promise<string> {
  return "7";
}
async function search(words: string): Promise<string[]> {
  return [words];
}

test("the example answers, and answers 503 while the circuit is open", async () => {
  const event = { ...apiEvents.http(), body: '{"id":"7","cents":5}' } as unknown as APIGatewayProxyEventV2;
  expect(await handler(event, lambdaContext())).toEqual({ statusCode: 201 });
  await payments.isolate();
  expect(await handler(event, lambdaContext())).toMatchObject({ statusCode: 503, headers: { "Retry-After": "2" } });
  await payments.release();
  expect(await handler(event, lambdaContext())).toEqual({ statusCode: 201 });
});

/** How many failing calls it takes to open a circuit, one every `everyMs`, after `good` good ones; at most 1,000. */
async function failuresToOpen(trip: Trip | undefined, everyMs: number, good: number): Promise<number> {
  const time = manualClock();
  const breaker: CircuitBreaker = createCircuitBreaker({ name: "counted", trip, clock: time });
  for (let calls = 0; calls < good; calls += 1) await breaker.run(() => 7);
  for (let failures = 1; failures <= 1_000; failures += 1) {
    time.jump(everyMs);
    await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
    if (breaker.state !== "closed") return failures;
  }
  return Infinity;
}

test("the defaults open a circuit when the README says so, and the recipes sooner", async () => {
  expect(await failuresToOpen(undefined, 0, 100)).toBe(234);
  expect(await failuresToOpen(undefined, 8_000, 0)).toBe(Infinity);
  expect(await failuresToOpen(failureRate({ windowMs: 300_000, minimumCalls: 3 }), 8_000, 0)).toBe(3);
  expect(await failuresToOpen(consecutiveFailures(10), 0, 100)).toBe(10);
  for (const breaker of [nightly, imports]) {
    for (let calls = 0; calls < 10; calls += 1) {
      await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
    }
    expect(breaker.state).toBe("open");
  }
  await tested.run(() => Promise.reject(new Error("down"))).catch(() => {});
  expect(tested.state).toBe("open");
  clock.jump(499);
  expect(tested.state).toBe("open");
  clock.jump(1);
  expect(tested.state).toBe("half-open");
});

test("a whole handler is guarded by wrap", async () => {
  const event = apiEvents.http() as unknown as APIGatewayProxyEventV2;
  await orders.isolate();
  expect(await guarded(event, lambdaContext())).toMatchObject({
    statusCode: 503,
    body: expect.not.stringMatching("orders"),
  });
  await orders.release();
  expect(await guarded(event, lambdaContext())).toEqual({ statusCode: 201 });
});

/** The README's fallback, which is a statement. */
async function searchWithFallback(): Promise<string[]> {
  const found = await catalogue.run(() => search("tea"), { fallback: () => [] });
  return found;
}

test("the fallback is for rejections alone, and an error that the options excuse is a success", async () => {
  expect(await searchWithFallback()).toEqual(["tea"]);
  for (let calls = 0; calls < 20; calls += 1) {
    await catalogue.run(() => Promise.reject(new OutOfStockError())).catch(() => {});
  }
  expect(catalogue.state).toBe("closed");
  await catalogue.isolate();
  expect(await searchWithFallback()).toEqual([]);
});

test("families guard tenants and origins", async () => {
  expect(await query("ada")).toEqual(["ada"]);
  expect(tenants.size).toBe(1);
  expect(await (await guardedFetch("data:text/plain,hello")).text()).toBe("hello");
});

test("the classic rule holds the circuit open for about a minute", async () => {
  const classic = createCircuitBreaker({ name: "classic", trip: consecutiveFailures(5), openMs: 60_000 });
  for (let calls = 0; calls < 5; calls += 1) await classic.run(() => Promise.reject(new Error("down"))).catch(() => {});
  const [until = 0] = classic.toJSON().ends;
  expect(classic.state).toBe("open");
  expect(until - Date.now()).toBeGreaterThan(44_000);
  expect(until - Date.now()).toBeLessThan(75_500);
});

test("breakers with a store work on while it cannot be reached", async () => {
  expect(await shards.for("a").run(() => "ok")).toBe("ok");
  const event = apiEvents.http() as unknown as APIGatewayProxyEventV2;
  // No table, region or credentials here.
  expect(await getStock(event, lambdaContext())).toEqual({ statusCode: 200, body: "7" });
});
