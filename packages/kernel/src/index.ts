export { type Clock, systemClock } from "./clock.ts";
export { subscribe } from "./events/channel.ts";
export type {
  CircuitEvent,
  MidguardEvent,
  RateLimitEvent,
  RetryEvent,
  RetryStopReason,
  WarmupEvent,
} from "./events/events.ts";
export { currentInvocation, isRehearsal } from "./invocation/current.ts";
export type { Invocation } from "./invocation/invocation.ts";
export type { Outcome } from "./outcome/outcome.ts";
export type { RequestOutcome } from "./request/outcome.ts";
