export { type Clock, systemClock } from "./clock.ts";
export {
  type CircuitEvent,
  type Failure,
  type MidguardEvent,
  type RateLimitEvent,
  type RetryEvent,
  type RetryStopReason,
  subscribe,
  type WarmupEvent,
} from "./events.ts";
export { currentInvocation, type Invocation, isRehearsal } from "./invocation.ts";
export type { RequestOutcome } from "./request-outcome.ts";
