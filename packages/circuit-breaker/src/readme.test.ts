/** The examples of README.md, letter by letter, and run. */
import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const payments = createCircuitBreaker({ name: "payments" });
// With a timeout: a call that hangs is counted when it ends.
const charge = ({ id }: Order) =>
  payments.run(() => fetch(`${paymentsUrl}/${id}`, { method: "PUT", signal: AbortSignal.timeout(1_000) }));

async function createOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const order: Order = JSON.parse(event.body ?? "{}");
  const { ok } = await charge(order);
  return { statusCode: ok ? 201 : 502 };
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(circuitBreaker({ breakers: [payments] }))
  .handler(createOrder);

interface Order {
  readonly id: string;
  readonly cents: number;
}
const paymentsUrl = "data:application/json,{}";
const saved: CircuitSnapshot | undefined = undefined;

const orders = createCircuitBreaker({ name: "orders" });

export const guarded = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(circuitBreaker({ breakers: [orders, payments] }))
  .handler(orders.wrap(createOrder));

import { isCircuitOpenError } from "@midguard/circuit-breaker";

async function searchOrNothing(words: string): Promise<string[]> {
  try {
    return await catalogue.run(() => search(words));
  } catch (error) {
    if (isCircuitOpenError(error)) return [];
    throw error;
  }
}

import { failureRate, isFailure } from "@midguard/circuit-breaker";

const catalogue = createCircuitBreaker({
  name: "catalogue",
  trip: failureRate({ threshold: 0.5, minimumCalls: 10, slowCallMs: 800, slowRate: 0.9 }),
  isFailure: (outcome) => isFailure(outcome) && !("error" in outcome && outcome.error instanceof OutOfStockError),
  initialState: saved,
});

import { consecutiveFailures } from "@midguard/circuit-breaker";

const classic = createCircuitBreaker({ name: "classic", trip: consecutiveFailures(5), openMs: 60_000 });

import type { CircuitSnapshot } from "@midguard/circuit-breaker";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { expect, test } from "vitest";

class OutOfStockError extends Error {}
async function search(words: string): Promise<string[]> {
  return [words];
}

test("the example answers, and answers 503 while the circuit is open", async () => {
  const event = { ...apiEvents.http(), body: '{"id":"7","cents":5}' } as unknown as APIGatewayProxyEventV2;
  expect(await handler(event, lambdaContext())).toEqual({ statusCode: 201 });
  payments.isolate();
  expect(await handler(event, lambdaContext())).toMatchObject({ statusCode: 503, headers: { "Retry-After": "2" } });
  payments.release();
  orders.isolate();
  expect(await guarded(event, lambdaContext())).toMatchObject({
    statusCode: 503,
    body: expect.stringMatching("orders"),
  });
  orders.release();
  expect(await guarded(event, lambdaContext())).toEqual({ statusCode: 201 });
});

test("the fallback is for rejections alone, and what the options excuse is a success", async () => {
  expect(await searchOrNothing("tea")).toEqual(["tea"]);
  for (let calls = 0; calls < 20; calls += 1) {
    await catalogue.run(() => Promise.reject(new OutOfStockError())).catch(() => {});
  }
  expect(catalogue.state).toBe("closed");
  catalogue.isolate();
  expect(await searchOrNothing("tea")).toEqual([]);
});

test("the classic rule holds the circuit open for about a minute", async () => {
  for (let calls = 0; calls < 5; calls += 1) await classic.run(() => Promise.reject(new Error("down"))).catch(() => {});
  const [until = 0] = classic.toJSON().ends;
  expect(classic.state).toBe("open");
  expect(until - Date.now()).toBeGreaterThan(44_000);
  expect(until - Date.now()).toBeLessThan(75_500);
});
