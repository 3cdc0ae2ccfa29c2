export type { Clock, Outcome } from "@midguard/kernel";
export { createCircuitBreaker } from "./breaker.ts";
export type { CircuitBreaker, RunOptions, WrapOptions } from "./circuit-breaker.ts";
export { CircuitOpenError, isCircuitOpenError } from "./errors.ts";
export { type CircuitBreakers, createCircuitBreakers } from "./family.ts";
export {
  type CircuitControl,
  type CircuitControlOptions,
  type CircuitStatus,
  createCircuitControl,
} from "./fleet/control.ts";
export type { CircuitRecord, FleetPhase, FleetSlot, FleetState } from "./fleet/state.ts";
export type { CircuitStore, MoveReply, RecordReply, RecordsReply } from "./fleet/store.ts";
export { CircuitStoreTimeoutError } from "./fleet/timeout-error.ts";
export type { CircuitState } from "./machine/state.ts";
export { type CircuitBreakerMiddlewareOptions, circuitBreaker } from "./middleware.ts";
export type { CircuitBreakerOptions, CircuitBreakersOptions } from "./options.ts";
export { isFailure } from "./outcome.ts";
export type { CircuitSnapshot } from "./snapshot.ts";
export { consecutiveFailures } from "./trips/consecutive-failures.ts";
export { type FailureRateOptions, failureRate } from "./trips/failure-rate.ts";
export type { Trip, TripCounter, TripCounts } from "./trips/trip.ts";
