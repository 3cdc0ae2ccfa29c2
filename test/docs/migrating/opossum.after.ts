import { createCircuitBreaker, failureRate } from "@midguard/circuit-breaker";
import { subscribe } from "@midguard/kernel";
import { charge } from "./payments.ts";

const payments = createCircuitBreaker({
  name: "payments",
  trip: failureRate({ threshold: 0.5, minimumCalls: 5, windowMs: 10_000 }),
  openMs: 2_000,
});
subscribe((event) => {
  if (event.type === "circuit.opened") console.warn(`${event.source}: open`);
});

export async function pay(order: string): Promise<string> {
  const signal = AbortSignal.timeout(1_000);
  try {
    return await payments.run(() => charge(order, signal), { signal });
  } catch {
    return "queued";
  }
}
