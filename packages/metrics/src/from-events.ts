import type { MidguardEvent } from "@midguard/kernel";

/** The metrics that events become. */
export type EventMetric =
  | "Throttled"
  | "WarmupPing"
  | "RetryAttempts"
  | "RetryExhausted"
  | "CircuitOpened"
  | "CircuitRejected";

/** How often each thing happened. */
type Counts = Partial<Record<EventMetric, number>>;

/** Counts by the dependency that they happened to; under `undefined` those of the service itself. */
export type Tally = Map<string | undefined, Counts>;

const metricOfType: { readonly [type in MidguardEvent["type"]]?: EventMetric } = {
  "rate_limit.exceeded": "Throttled",
  "warmup.pinged": "WarmupPing",
  "retry.scheduled": "RetryAttempts",
  "retry.exhausted": "RetryExhausted",
  "circuit.opened": "CircuitOpened",
  "circuit.rejected": "CircuitRejected",
};

function metricOf(event: MidguardEvent): EventMetric | undefined {
  // In a dry run nobody was throttled.
  if (event.type === "rate_limit.exceeded" && event.dryRun) return undefined;
  // An error that no retry would mend, and a caller who gave up, exhaust nothing.
  if (event.type === "retry.exhausted" && (event.reason === "not-retryable" || event.reason === "aborted")) {
    return undefined;
  }
  return metricOfType[event.type];
}

/** Counts `event` into `tally`, made when needed. The source of a retry or circuit event is the dependency it guards. */
export function count(tally: Tally | undefined, event: MidguardEvent): Tally | undefined {
  const metric = metricOf(event);
  if (metric === undefined) return tally;
  const dependency = metric === "Throttled" || metric === "WarmupPing" ? undefined : event.source;
  const counted = tally ?? new Map();
  const counts = counted.get(dependency) ?? {};
  counted.set(dependency, { ...counts, [metric]: (counts[metric] ?? 0) + 1 });
  return counted;
}
