import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";
import { charge } from "./payments.ts";

const policy = wrap(
  retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
  circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(5), halfOpenAfter: 1_000 }),
  timeout(2_000, TimeoutStrategy.Aggressive),
);

export function pay(order: string): Promise<string> {
  return policy.execute(({ signal }) => charge(order, signal));
}
