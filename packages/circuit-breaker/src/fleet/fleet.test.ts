import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { createEnvironment, failing, neverTrips } from "../../test-support/fleet.ts";
import { memoryCircuitStore } from "../testing/index.ts";

const { signal } = new AbortController();

test("smoke", async () => {
  const clock = manualClock();
  const store = memoryCircuitStore(clock);
  const envs = Array.from({ length: 5 }, () => createEnvironment({ store, clock, trip: neverTrips }));
  let down = false;
  for (let t = 0; t < 60_000; t += 50) {
    down = t >= 10_000 && t < 30_000;
    const env = envs[(t / 50) % 5];
    const result = await env?.request(down ? failing : undefined);
    const record = (await store.list(signal)).records.get("payments");
    if (record?.epoch !== last || t % 5000 === 0)
      console.log(t, result, record?.phase, record?.epoch, JSON.stringify(store.calls));
    last = record?.epoch;
    await Promise.resolve();
    clock.jump(50);
  }
});
let last: number | undefined;
