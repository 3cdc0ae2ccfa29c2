/** What was seen while the demo ran: answers over HTTP and lines that the functions wrote. Times are epoch ms. */
export interface Facts {
  readonly phases: readonly Phase[];
  readonly answers: readonly Answer[];
  readonly pings: readonly PingAnswer[];
  readonly emf: readonly EmfLine[];
  /** Lines that begin as JSON or speak of `_aws`, and do not parse. */
  readonly unreadable: readonly string[];
  /** Lines in which the handler said that it had begun on a request. */
  readonly handled: readonly Handled[];
  readonly circuit: readonly CircuitChange[];
  /** Beginnings of environments. */
  readonly inits: readonly Logged[];
  readonly reports: readonly InvocationReport[];
  /** When the downstream service said that it changed its behaviour. */
  readonly downstream: readonly DownstreamChange[];
  /** What the functions wrote at level ERROR, and on stderr. */
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
  /** The client's address, as the front was told. */
  readonly client: string;
  readonly method: string;
  /** 0 where no answer came. */
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
}

/** One warm-up ping, as the environment answered it. */
export interface PingAnswer {
  /** Lambda's id of the invocation. */
  readonly requestId: string;
  /** The environment's name for itself. */
  readonly environmentId: string;
  readonly cold: boolean;
  readonly primed: boolean;
}

/** Where and when a line was written. */
export interface Logged {
  readonly at: number;
  readonly environmentId: string;
  /** Lambda's id of the invocation that the line was written in. */
  readonly requestId: string | undefined;
}

/** One line in CloudWatch's embedded metric format: what its `_aws` declares to be metrics, by name. */
export interface EmfLine extends Logged {
  readonly kind: "request" | "ping" | "other";
  readonly values: Readonly<Record<string, number>>;
}

export interface Handled extends Logged {
  readonly rehearsal: boolean;
}

export type CircuitState = "open" | "half-open" | "closed";

export interface CircuitChange extends Logged {
  readonly to: CircuitState;
  /** Why it opened: `tripped`, or `probe-failed` where the call that tried whether all is well was none. */
  readonly reason: string | undefined;
}

export interface InvocationReport extends Logged {
  /** Only in the first invocation of an environment. */
  readonly initMs: number | undefined;
}

/** `slow`: back, but not yet at its usual pace. */
export type DownstreamMode = "healthy" | "flaky" | "down" | "slow";

export interface DownstreamChange {
  readonly at: number;
  readonly mode: DownstreamMode;
}

/** What an answer is to the one who looks at many: served, the client's mistake, over the limit, or failed. */
export type StatusKind = "2xx" | "4xx" | "429" | "5xx";

/** The kind of a status; no answer (0) is a failure. */
export function statusKind(status: number): StatusKind {
  if (status === 429) return "429";
  if (status >= 400 && status < 500) return "4xx";
  return status >= 200 && status < 400 ? "2xx" : "5xx";
}

/** Those of `items` between `from` and `to`. */
export function within<T extends { readonly startedAt: number }>(
  items: readonly T[],
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
): T[] {
  return items.filter((item) => item.startedAt >= startedAt && item.startedAt < endedAt);
}
