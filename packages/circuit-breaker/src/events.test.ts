import { channel } from "node:diagnostics_channel";
import { subscribe } from "@midguard/kernel";
import { afterEach, expect, test, vi } from "vitest";
import { createCircuitBreaker } from "./breaker.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

afterEach(() => vi.restoreAllMocks());

async function live(): Promise<void> {
  const breaker = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(1) });
  for (let calls = 0; calls < 2; calls += 1) await breaker.run(() => Promise.reject(new Error("down"))).catch(() => {});
  await breaker.isolate();
  await breaker.release();
}

test("events are only published if there is a subscriber", async () => {
  const publish = vi.spyOn(channel("midguard:circuit-breaker"), "publish");
  await live();
  expect(publish).not.toHaveBeenCalled();
  const unsubscribe = subscribe(() => {});
  await live();
  unsubscribe();
  expect(publish).toHaveBeenCalledTimes(4);
});

test("a subscriber that throws changes nothing for the circuit", async () => {
  const warned = new Promise((resolve) => process.once("warning", resolve));
  const unsubscribe = subscribe(() => {
    throw new Error("listener");
  });
  const breaker = createCircuitBreaker({ name: "payments" });
  await breaker.isolate();
  unsubscribe();
  expect(breaker.state).toBe("isolated");
  expect(String(await warned)).toContain("listener");
});
