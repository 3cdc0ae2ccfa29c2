import assert from "node:assert/strict";
import { test } from "node:test";
import { subscribe } from "@midguard/kernel";
import { manualClock } from "@midguard/kernel/testing";
import { request } from "./fixtures.ts";
import { createOrders } from "./orders.ts";

test("the third order in a minute is rejected", async () => {
  const clock = manualClock();
  const orders = createOrders(async () => "receipt", clock);
  const statuses: unknown[] = [];
  for (let order = 1; order <= 3; order += 1) statuses.push((await orders(...request())).statusCode);
  assert.deepEqual(statuses, [201, 201, 429]);
  await clock.advance(120_000);
  assert.equal((await orders(...request())).statusCode, 201);
});

test("an outage opens the circuit, and a probe closes it", async (t) => {
  const events: string[] = [];
  t.after(subscribe(({ type }) => events.push(type)));
  const clock = manualClock();
  let down = true;
  const pay = async () => {
    if (down) throw new Error("down");
    return "receipt";
  };
  const orders = createOrders(pay, clock);

  const rejected = orders(...request());
  await clock.advance(5_000); // Ends each wait before a retry, and the time that the circuit is open.
  assert.equal((await rejected).statusCode, 503);
  down = false;
  assert.equal((await orders(...request())).statusCode, 201);
  assert.deepEqual(
    events.filter((type) => type.startsWith("circuit.")),
    ["circuit.opened", "circuit.rejected", "circuit.half_opened", "circuit.closed"],
  );
});
