import { createRetry } from "@midguard/retry";
import { charge } from "./payments.ts";

const policy = createRetry({ name: "payments", maxRetries: 3 });

export function pay(order: string, signal?: AbortSignal): Promise<string> {
  return policy.run((attempt) => charge(order, attempt.signal), { signal });
}
