import { type EventMetricDefinition, named } from "./metric.ts";

/** The metrics that count what other packages publish. */
export const eventMetrics: readonly EventMetricDefinition[] = [
  {
    id: "throttled",
    names: named("Throttled", "midguard.rate_limit.throttled"),
    quantity: "count",
    noun: "request",
    breakdown: "route",
    statistics: ["Sum"],
    value: "requests that a rate limit rejected",
    eventType: "rate_limit.exceeded",
    condition: {
      isMet: (event) => event.type === "rate_limit.exceeded" && !event.dryRun,
      words: "except in a dry run",
    },
  },
  {
    id: "warmupPing",
    names: named("WarmupPing", "midguard.warmup.pings"),
    quantity: "count",
    noun: "ping",
    breakdown: "service",
    statistics: ["Sum"],
    value: "warm-up pings",
    eventType: "warmup.pinged",
  },
  {
    id: "retryAttempts",
    names: named("RetryAttempts", "midguard.retry.attempts"),
    quantity: "count",
    noun: "retry",
    breakdown: "dependency",
    statistics: ["Sum"],
    value: "retries, without first attempts",
    eventType: "retry.scheduled",
  },
  {
    id: "retryExhausted",
    names: named("RetryExhausted", "midguard.retry.exhausted"),
    quantity: "count",
    noun: "call",
    breakdown: "dependency",
    statistics: ["Sum"],
    value: "calls that still failed when no further retry was allowed",
    eventType: "retry.exhausted",
    condition: {
      isMet: (event) =>
        event.type === "retry.exhausted" && event.reason !== "not-retryable" && event.reason !== "aborted",
      words: "except if the failure is not retryable or the caller aborted",
    },
  },
  {
    id: "circuitOpened",
    names: named("CircuitOpened", "midguard.circuit.opened"),
    quantity: "count",
    noun: "circuit",
    breakdown: "dependency",
    statistics: ["Sum"],
    value: "times that a circuit opened",
    eventType: "circuit.opened",
  },
  {
    id: "circuitRejected",
    names: named("CircuitRejected", "midguard.circuit.rejected"),
    quantity: "count",
    noun: "call",
    breakdown: "dependency",
    statistics: ["Sum"],
    value: "calls that an open circuit rejected",
    eventType: "circuit.rejected",
  },
];
