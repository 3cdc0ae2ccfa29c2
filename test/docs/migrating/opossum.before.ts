import CircuitBreaker from "opossum";
import { charge } from "./payments.ts";

const payments = new CircuitBreaker((order: string) => charge(order), {
  timeout: 1_000,
  errorThresholdPercentage: 50,
  volumeThreshold: 5,
  resetTimeout: 2_000,
});
payments.fallback(() => "queued");
payments.on("open", () => console.warn("payments: open"));

export function pay(order: string): Promise<string> {
  return payments.fire(order);
}
