import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { createOrders } from "./orders.ts";

const order = () => ({ ...apiEvents.http(), body: "tea" }) as unknown as APIGatewayProxyEventV2;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("five failed payments open the circuit, and a probe closes it", async () => {
  const pay = jest.fn(async () => "receipt");
  for (let call = 1; call <= 5; call += 1) pay.mockRejectedValueOnce(new Error("down"));
  const orders = createOrders(pay);
  const first = orders(order(), lambdaContext({ timeoutMs: 30_000 })).catch((error: Error) => error.message);
  const second = orders(order(), lambdaContext({ timeoutMs: 30_000 }));
  await jest.advanceTimersByTimeAsync(300_000);
  console.log(await first, await second, pay.mock.calls.length);
  expect((await orders(order(), lambdaContext())).statusCode).toBe(201);
});
