import type { Answer, CircuitState, EmfLine, Facts } from "../facts.ts";

export const floodClient = "198.51.100.66";
const second = 1_000;
const startedAt = Date.UTC(2026, 0, 1);

interface Recorded {
  /** Seconds since the start. */
  readonly at: number;
  readonly environment: string;
  readonly method?: string;
  readonly client?: string;
  readonly status: number;
  readonly ms?: number;
  /** Metrics of the profile service, on a separate line. */
  readonly dependency?: Record<string, number>;
  readonly cold?: boolean;
}

const requests: readonly Recorded[] = [
  { at: 2, environment: "a", status: 200 },
  { at: 2.1, environment: "a", status: 400 },
  { at: 2.2, environment: "b", status: 201, method: "POST", ms: 40 },
  { at: 4, environment: "a", status: 200, client: floodClient },
  { at: 4.1, environment: "a", status: 429, client: floodClient },
  { at: 4.2, environment: "b", status: 429, client: floodClient },
  { at: 6, environment: "a", status: 201, method: "POST", ms: 90, dependency: { RetryAttempts: 1 } },
  {
    at: 7,
    environment: "a",
    status: 502,
    method: "POST",
    ms: 600,
    dependency: { RetryAttempts: 1, RetryExhausted: 1 },
  },
  { at: 8, environment: "a", status: 502, method: "POST", dependency: { CircuitOpened: 1 } },
  { at: 8.5, environment: "a", status: 503, method: "POST", dependency: { CircuitRejected: 1 } },
  { at: 8.6, environment: "c", status: 502, method: "POST", ms: 700, cold: true },
  // The service is back, and the breaker is still open.
  { at: 11, environment: "a", status: 503, method: "POST", dependency: { CircuitRejected: 1 } },
  { at: 12, environment: "a", status: 201, method: "POST", ms: 150 },
  { at: 15, environment: "a", status: 200 },
  { at: 15.5, environment: "b", status: 201, method: "POST" },
];

function at(seconds: number): number {
  return startedAt + seconds * second;
}

function answerOf({ at: seconds, status, ms = 5, method = "GET", client = "203.0.113.10" }: Recorded): Answer {
  const contentType = status >= 400 ? "application/problem+json" : "application/json";
  const retryAfter = status === 429 || status === 503 ? "1" : undefined;
  const from = at(seconds);
  return { startedAt: from, endedAt: from + ms, client, method, status, contentType, retryAfter };
}

function emfOf(
  { at: seconds, environment: environmentId, status, ms = 5, dependency }: Recorded,
  id: string,
): EmfLine[] {
  const logged = { at: at(seconds) + ms, environmentId, requestId: id };
  const fault = status >= 500 ? 1 : 0;
  const error = status >= 400 && status < 500 ? 1 : 0;
  const throttled: Record<string, number> = status === 429 ? { Throttled: 1 } : {};
  const values = { Latency: ms, Fault: fault, Error: error, ...throttled };
  const line: EmfLine = { ...logged, kind: "request", values };
  return dependency === undefined ? [line] : [line, { ...logged, kind: "other", values: dependency }];
}

/** The facts of a short run: 15 requests, 2 pings, three environments, one breaker that opens and closes. */
export function recordedFacts(): Facts {
  const ids = requests.map((_, index) => `request-${index}`);
  const named = requests.map((request, index) => ({ request, id: ids[index] ?? "" }));
  const pings = ["a", "b"].map((environmentId) => {
    return { requestId: `ping-${environmentId}`, environmentId, cold: true, primed: true };
  });
  const pinged = pings.map(({ requestId, environmentId }) => ({ at: at(1), environmentId, requestId }));
  const changed = (seconds: number, to: CircuitState) => {
    const reason = to === "open" ? "tripped" : undefined;
    return { at: at(seconds), environmentId: "a", requestId: undefined, to, reason };
  };
  return structuredClone({
    phases: [
      { name: "warm-up", startedAt: at(0), endedAt: at(2) },
      { name: "steady", startedAt: at(2), endedAt: at(4) },
      { name: "flood", startedAt: at(4), endedAt: at(6) },
      { name: "outage", startedAt: at(6), endedAt: at(10) },
      { name: "recovery", startedAt: at(10), endedAt: at(15) },
      { name: "calm", startedAt: at(15), endedAt: at(16) },
    ],
    answers: requests.map(answerOf),
    pings,
    emf: [
      ...pinged.map((logged) => ({ ...logged, kind: "ping" as const, values: { WarmupPing: 1 } })),
      ...named.flatMap(({ request, id }) => emfOf(request, id)),
    ],
    invalid: [],
    handled: [
      ...pinged.map((logged) => ({ ...logged, rehearsal: true })),
      ...named
        .filter(({ request }) => request.status !== 429)
        .map(({ request, id }) => {
          return { at: at(request.at), environmentId: request.environment, requestId: id, rehearsal: false };
        }),
    ],
    circuit: [changed(8, "open"), changed(11.9, "half-open"), changed(12.1, "closed")],
    inits: ["a", "b", "c"].map((environmentId, index) => {
      return { at: at(index === 2 ? 8.3 : 0.5), environmentId, requestId: undefined };
    }),
    reports: [
      ...pinged.map((logged) => ({ ...logged, initMs: 200 })),
      ...named.map(({ request, id }) => ({
        at: at(request.at),
        environmentId: request.environment,
        requestId: id,
        initMs: request.cold ? 300 : undefined,
      })),
    ],
    downstream: [
      { at: at(6), mode: "flaky" as const },
      { at: at(7), mode: "down" as const },
      { at: at(10), mode: "slow" as const },
      { at: at(14), mode: "healthy" as const },
    ],
    errors: [],
  });
}
