import { type Lane, lanes, logLines, type Point, type Series, stackedBars, type TimeAxis } from "./chart.ts";
import {
  type CircuitState,
  type DownstreamMode,
  type Facts,
  type Logged,
  type StatusKind,
  statusKind,
} from "./facts.ts";
import { percentile } from "./summary.ts";

/** A chart with its title, explanation and legend. */
export interface Timeline {
  readonly title: string;
  readonly explanation: string;
  readonly legend: readonly Series[];
  readonly svg: string;
}

const bucketMs = 250;
const latencyBucketMs = 500;

const statusSeries: readonly Series[] = [
  { name: "2xx", tone: "good" },
  { name: "4xx, client error", tone: "client" },
  { name: "429, over the limit", tone: "throttled" },
  { name: "5xx", tone: "server" },
];

const kindOrder: readonly StatusKind[] = ["2xx", "4xx", "429", "5xx"];

/** Groups items by the period of `ms` in which they started. */
function buckets<T extends { readonly startedAt: number }>(axis: TimeAxis, items: readonly T[], ms: number): T[][] {
  const all: T[][] = Array.from({ length: Math.max(1, Math.ceil((axis.to - axis.from) / ms)) }, () => []);
  for (const item of items) all[Math.floor((item.startedAt - axis.from) / ms)]?.push(item);
  return all;
}

function counted<T>(bucket: readonly T[], kinds: number, kindOf: (item: T) => number): number[] {
  const counts = new Array<number>(kinds).fill(0);
  for (const item of bucket) counts[kindOf(item)] = (counts[kindOf(item)] ?? 0) + 1;
  return counts;
}

function byStatus(axis: TimeAxis, { answers }: Facts): Timeline {
  const title = "Requests by status";
  const counts = buckets(axis, answers, bucketMs).map((bucket) =>
    counted(bucket, statusSeries.length, ({ status }) => kindOrder.indexOf(statusKind(status))),
  );
  return {
    title,
    explanation: `Answers to clients, in periods of ${bucketMs} ms by the start of the request.`,
    legend: statusSeries,
    svg: stackedBars(axis, title, statusSeries, counts, bucketMs),
  };
}

function throttles(axis: TimeAxis, { answers }: Facts, floodClient: string): Timeline {
  const title = `The flooding address, ${floodClient}`;
  const legend: readonly Series[] = [
    { name: "admitted", tone: "good" },
    { name: "429, over the limit", tone: "throttled" },
  ];
  const flood = answers.filter(({ client }) => client === floodClient);
  const counts = buckets(axis, flood, bucketMs).map((bucket) =>
    counted(bucket, 2, ({ status }) => (status === 429 ? 1 : 0)),
  );
  return {
    title,
    explanation:
      "The limit is 10 a second in the memory of each environment: n environments admit up to n times as many.",
    legend,
    svg: stackedBars(axis, title, legend, counts, bucketMs),
  };
}

type State = CircuitState | DownstreamMode | "starting";

const tones: Readonly<Record<State, string>> = {
  starting: "idle",
  closed: "good",
  "half-open": "client",
  open: "server",
  healthy: "good",
  slow: "good",
  flaky: "client",
  down: "server",
};

/** Each state lasts until the next one; the last one lasts to the end. */
function spans(axis: TimeAxis, changes: readonly { readonly at: number; readonly to: State }[]): Lane["spans"] {
  return changes.map(({ at: from, to: name }, index) => ({
    name,
    tone: tones[name],
    from,
    to: changes[index + 1]?.at ?? axis.to,
  }));
}

function breakerLanes(axis: TimeAxis, { circuit, inits, reports, downstream }: Facts): Timeline {
  const title = "Circuit breaker, by environment";
  const service: Lane = {
    name: "service",
    spans: spans(axis, [{ at: axis.from, to: "healthy" }, ...downstream.map(({ at, mode }) => ({ at, to: mode }))]),
  };
  const environments = inits.map(({ environmentId, at }, index): Lane => {
    const own = <T extends Logged>(logged: readonly T[]): T[] =>
      logged.filter((one) => one.environmentId === environmentId);
    const [first] = own(reports);
    const ready = first === undefined ? [] : [{ at: first.at, to: "closed" as const }];
    return { name: `env ${index + 1}`, spans: spans(axis, [{ at, to: "starting" }, ...ready, ...own(circuit)]) };
  });
  return {
    title,
    explanation:
      "Each environment has its own breaker for the profile service (first row). It learns of failure and recovery only from its own calls.",
    legend: [
      { name: "starting, until its first answer", tone: "idle" },
      { name: "closed; service healthy or slow", tone: "good" },
      { name: "half-open: one call probes; service fails some calls", tone: "client" },
      { name: "open: calls are rejected; service fails all calls", tone: "server" },
    ],
    svg: lanes(axis, title, [service, ...environments]),
  };
}

function latencies(axis: TimeAxis, { answers }: Facts): Timeline {
  const title = "Latency";
  const slots = buckets(axis, answers, latencyBucketMs).map((bucket) =>
    bucket.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b),
  );
  const points = (share: number): Point[] =>
    slots.flatMap((slot, index) =>
      slot.length === 0
        ? []
        : { at: Math.min(axis.to, axis.from + (index + 0.5) * latencyBucketMs), value: percentile(slot, share) },
    );
  const lines = [
    { name: "p50", tone: "good", points: points(0.5) },
    { name: "p90", tone: "client", points: points(0.9) },
    { name: "p99", tone: "server", points: points(0.99) },
  ];
  return {
    title,
    explanation: `As measured by the clients, in periods of ${latencyBucketMs} ms by the start of the request; logarithmic scale.`,
    legend: lines,
    svg: logLines(axis, title, lines),
  };
}

/** Draws the charts of the report, in its order. */
export function timelines(facts: Facts, floodClient: string): Timeline[] {
  const from = facts.phases[0]?.startedAt ?? 0;
  const to = Math.max(facts.phases.at(-1)?.endedAt ?? 0, from + 1);
  const bands = facts.phases.map(({ name, startedAt, endedAt }) => ({ name, from: startedAt, to: endedAt }));
  const axis = { from, to, bands };
  return [
    byStatus(axis, facts),
    throttles(axis, facts, floodClient),
    breakerLanes(axis, facts),
    latencies(axis, facts),
  ];
}
