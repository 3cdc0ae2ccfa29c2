/** The facts that the demo observed: answers over HTTP, and lines that the functions wrote. Times are epoch ms. */
export interface Facts {
  readonly phases: readonly Phase[];
  readonly answers: readonly Answer[];
  readonly pings: readonly PingAnswer[];
  readonly emf: readonly EmfLine[];
  /** Lines of EMF that CloudWatch would refuse, with its complaints, and lines that start as JSON and do not parse. */
  readonly invalid: readonly string[];
  /** Lines in which the handler logged the start of a request. */
  readonly handled: readonly Handled[];
  readonly circuit: readonly CircuitChange[];
  /** Starts of environments. */
  readonly inits: readonly Logged[];
  readonly reports: readonly InvocationReport[];
  /** Changes of behaviour, as the downstream service reported them. */
  readonly downstream: readonly DownstreamChange[];
  /** Lines at level ERROR, and plain text on stderr. */
  readonly errors: readonly string[];
}

export type PhaseName = "warm-up" | "steady" | "flood" | "outage" | "recovery" | "calm";

/** A part of the scenario, as the demo ran it. */
export interface Phase {
  readonly name: PhaseName;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One request, from the client's side. */
export interface Answer {
  readonly startedAt: number;
  readonly endedAt: number;
  /** The client's address, as sent to the front. */
  readonly client: string;
  readonly method: string;
  /** 0 if no answer came. */
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
}

/** One warm-up ping, as the environment answered it. */
export interface PingAnswer {
  /** Lambda's ID of the invocation. */
  readonly requestId: string;
  /** The ID that the environment gave itself. */
  readonly environmentId: string;
  readonly cold: boolean;
  readonly primed: boolean;
}

/** The time and the environment of a log line. */
export interface Logged {
  readonly at: number;
  readonly environmentId: string;
  /** Lambda's ID of the invocation that wrote the line. */
  readonly requestId: string | undefined;
}

/** One line in CloudWatch's embedded metric format: the metrics that its `_aws` declares, by name. */
export interface EmfLine extends Logged {
  readonly kind: "request" | "ping" | "other";
  readonly values: Readonly<Record<string, number>>;
}

/** The start of a request in the handler. */
export interface Handled extends Logged {
  readonly rehearsal: boolean;
}

export type CircuitState = "open" | "half-open" | "closed";

/** A change of the breaker in one environment. */
export interface CircuitChange extends Logged {
  readonly to: CircuitState;
  /** Why it opened: `tripped`, or `probe-failed` if a half-open circuit's probe failed. */
  readonly reason: string | undefined;
}

/** A REPORT line. */
export interface InvocationReport extends Logged {
  /** Only in the first invocation of an environment. */
  readonly initMs: number | undefined;
}

/** `slow`: available again, but slower than usual. */
export type DownstreamMode = "healthy" | "flaky" | "down" | "slow";

/** A change of the downstream service. */
export interface DownstreamChange {
  readonly at: number;
  readonly mode: DownstreamMode;
}

/** The kind of an answer: served, client error, throttled, or failed. */
export type StatusKind = "2xx" | "4xx" | "429" | "5xx";

/** The kind of a status. No answer (0) counts as a failure. */
export function statusKind(status: number): StatusKind {
  if (status === 429) return "429";
  if (status >= 400 && status < 500) return "4xx";
  return status >= 200 && status < 400 ? "2xx" : "5xx";
}

/** The items that started in this span. */
export function within<T extends { readonly startedAt: number }>(
  items: readonly T[],
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
): T[] {
  return items.filter((item) => item.startedAt >= startedAt && item.startedAt < endedAt);
}
