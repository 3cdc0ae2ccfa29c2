import assert from "node:assert/strict";
import { test } from "node:test";
import { type MidguardEvent, subscribe } from "@midguard/kernel";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { createOrders } from "./orders.ts";

// A new event and a new context for each request, as Lambda makes them.
const order = () => ({ ...apiEvents.http(), body: "tea" }) as unknown as APIGatewayProxyEventV2;

test("the third order in a minute is rejected", async () => {
  const clock = manualClock();
  const orders = createOrders(async () => "receipt", clock);
  const send = async () => (await orders(order(), lambdaContext())).statusCode;
  assert.deepEqual([await send(), await send(), await send()], [201, 201, 429]);
  await clock.advance(120_000);
  assert.equal(await send(), 201);
});

test("a failed payment is tried again", async (t) => {
  const events: MidguardEvent[] = [];
  t.after(subscribe((event) => events.push(event)));
  const clock = manualClock();
  let calls = 0;
  const pay = async () => {
    calls += 1;
    if (calls === 1) throw new Error("down");
    return "receipt";
  };
  const answer = createOrders(pay, clock)(order(), lambdaContext());
  await clock.advance(1_000); // Ends the wait before the retry.
  assert.equal((await answer).body, "receipt");
  assert.deepEqual(
    events.map(({ type, source }) => [type, source]),
    [["retry.scheduled", "payments"]],
  );
});
