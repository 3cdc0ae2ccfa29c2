import type { EmfLine, Facts } from "./facts.ts";

/** Figures of the observed facts: from HTTP answers, and from lines that the functions wrote. */
export interface Summary {
  /** Answers over HTTP. */
  readonly requests: number;
  /** Answers by status; 0 stands for no answer. */
  readonly statusCounts: Readonly<Record<string, number>>;
  /** Answers with status 429. */
  readonly throttled: number;
  /** The same by address of the client. */
  readonly throttledByClient: Readonly<Record<string, number>>;
  /** Repeated attempts at the profile service, from EMF lines. */
  readonly retries: number;
  /** From EMF lines. */
  readonly circuitOpened: number;
  /** From log lines, because no metric counts them. */
  readonly circuitClosed: number;
  /** From EMF lines. */
  readonly warmupPings: number;
  /** REPORT lines with an Init Duration. */
  readonly coldStarts: number;
  readonly emfLines: number;
  /** Lines that should be EMF or JSON, and are not. */
  readonly invalidLines: number;
  /** As measured by the clients, over all answers. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Openings by a failed probe. */
  readonly circuitReopened: number;
  /** Environments in which a breaker opened. */
  readonly circuitEnvironments: number;
  /** Environments that answered a request or a ping. */
  readonly environments: number;
  /** Requests that retries saved: retried, and not answered with a 5xx. */
  readonly rescued: number;
  /** Cold starts with a client waiting. */
  readonly coldStartsInRequests: number;
  readonly durationMs: number;
}

/** The sum of one metric over EMF lines. */
export function total(lines: readonly EmfLine[], metric: string): number {
  return lines.reduce((sum, { values }) => sum + (values[metric] ?? 0), 0);
}

/** The smallest value that at least this share of `sorted` does not exceed; 0 if `sorted` is empty. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function rescued(lines: readonly EmfLine[]): number {
  const retried = new Set(lines.filter(({ values }) => (values.RetryAttempts ?? 0) > 0).map((line) => line.requestId));
  return lines.filter((line) => line.kind === "request" && line.values.Fault === 0 && retried.has(line.requestId))
    .length;
}

/** Summarises the facts. */
export function summarise({ answers, pings, emf, invalid, circuit, reports, phases }: Facts): Summary {
  const latencies = answers.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b);
  const throttled = answers.filter(({ status }) => status === 429);
  const pingIds = new Set(pings.map(({ requestId }) => requestId));
  const cold = reports.filter(({ initMs }) => initMs !== undefined);
  return {
    requests: answers.length,
    statusCounts: countBy(answers, ({ status }) => String(status)),
    throttled: throttled.length,
    throttledByClient: countBy(throttled, ({ client }) => client),
    retries: total(emf, "RetryAttempts"),
    circuitOpened: total(emf, "CircuitOpened"),
    circuitClosed: circuit.filter(({ to }) => to === "closed").length,
    warmupPings: total(emf, "WarmupPing"),
    coldStarts: cold.length,
    emfLines: emf.length,
    invalidLines: invalid.length,
    latencyMs: { p50: round(percentile(latencies, 0.5)), p99: round(percentile(latencies, 0.99)) },
    circuitReopened: circuit.filter(({ reason }) => reason === "probe-failed").length,
    circuitEnvironments: new Set(circuit.map(({ environmentId }) => environmentId)).size,
    environments: new Set(reports.map(({ environmentId }) => environmentId)).size,
    rescued: rescued(emf),
    coldStartsInRequests: cold.filter(({ requestId = "" }) => !pingIds.has(requestId)).length,
    durationMs: (phases.at(-1)?.endedAt ?? 0) - (phases[0]?.startedAt ?? 0),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
