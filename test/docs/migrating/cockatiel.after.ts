import { consecutiveFailures, createCircuitBreaker } from "@midguard/circuit-breaker";
import { createRetry } from "@midguard/retry";
import { charge } from "./payments.ts";

const policy = createRetry({ name: "payments", maxRetries: 3, attemptTimeoutMs: 2_000 });
const payments = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(5), openMs: 1_000 });

export function pay(order: string): Promise<string> {
  return policy.run(({ signal }) => payments.run(() => charge(order, signal), { signal }));
}
