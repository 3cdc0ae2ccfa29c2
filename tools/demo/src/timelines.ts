import { logLines, type Point, type Series, stackedBars } from "./chart.ts";
import { circuitTimeline } from "./circuit-timeline.ts";
import { type Answer, type Facts, type StatusKind, statusKind } from "./facts.ts";
import { percentile } from "./summary.ts";
import { counted, type Timeline, type TimeSpan, timeline } from "./timeline.ts";

const bucketMs = 250;
const latencyBucketMs = 500;

/** Groups items by the period of `ms` in which they started. */
function buckets<T extends { readonly startedAt: number }>(time: TimeSpan, items: readonly T[], ms: number): T[][] {
  const all: T[][] = Array.from({ length: Math.max(1, Math.ceil((time.to - time.from) / ms)) }, () => []);
  for (const item of items) all[Math.floor((item.startedAt - time.from) / ms)]?.push(item);
  return all;
}

type Kind = Series & { holds(answer: Answer): boolean };

/** Bars of answers, on a scale of their own. Each answer belongs to the first kind that holds. */
function bars(time: TimeSpan, answers: readonly Answer[], kinds: readonly Kind[], title: string, explanation: string) {
  const count = (bucket: readonly Answer[]): number[] =>
    kinds.map((kind) => bucket.filter((answer) => kinds.find(({ holds }) => holds(answer)) === kind).length);
  const counts = buckets(time, answers, bucketMs).map(count);
  const totals = count(answers).map((total, index) => `${kinds[index]?.name}: ${total}`);
  return timeline(time, {
    title,
    explanation,
    legend: kinds,
    figures: `${counted(answers.length, "answer")}. ${totals.join("; ")}.`,
    draw: (axis, label) => stackedBars(axis, label, kinds, counts, bucketMs),
  });
}

function ofStatus(kind: StatusKind): Kind["holds"] {
  return ({ status }) => statusKind(status) === kind;
}

const statusKinds: readonly Kind[] = [
  { name: "2xx", tone: "good", holds: ofStatus("2xx") },
  { name: "4xx, client error", tone: "client", holds: ofStatus("4xx") },
  { name: "429, over the limit", tone: "throttled", holds: ofStatus("429") },
  { name: "503, circuit open", tone: "rejected", holds: ({ status }) => status === 503 },
  { name: "other 5xx", tone: "server", holds: ofStatus("5xx") },
];

const floodKinds: readonly Kind[] = [
  { name: "admitted", tone: "good", holds: ({ status }) => status !== 429 },
  { name: "429, over the limit", tone: "throttled", holds: ofStatus("429") },
];

function latencies(time: TimeSpan, { answers }: Facts): Timeline {
  const slots = buckets(time, answers, latencyBucketMs).map((bucket) =>
    bucket.map(({ startedAt, endedAt }) => endedAt - startedAt).sort((a, b) => a - b),
  );
  const points = (share: number): Point[] =>
    slots.flatMap((slot, index) =>
      slot.length === 0
        ? []
        : { at: Math.min(time.to, time.from + (index + 0.5) * latencyBucketMs), value: percentile(slot, share) },
    );
  const lines = [
    { name: "p50", tone: "good", points: points(0.5) },
    { name: "p90", tone: "client", points: points(0.9) },
    { name: "p99", tone: "server", points: points(0.99) },
  ];
  const highest = lines.map(({ name, points: all }) => {
    return `${name} up to ${Math.round(Math.max(0, ...all.map(({ value }) => value)))} ms`;
  });
  return timeline(time, {
    title: "Latency",
    explanation: `As measured by the clients, in periods of ${latencyBucketMs} ms by the start of the request; logarithmic scale.`,
    legend: lines,
    figures: `${highest.join("; ")}.`,
    draw: (axis, label) => logLines(axis, label, lines),
  });
}

/** The client that floods, and where limits are counted. */
export interface Flood {
  readonly floodClient: string;
  /** Limits are counted in a table, once for all environments. */
  readonly sharedLimits: boolean;
}

/** Draws the charts of the report, in its order. */
export function timelines(facts: Facts, { floodClient, sharedLimits }: Flood): Timeline[] {
  const from = facts.phases[0]?.startedAt ?? 0;
  const to = Math.max(facts.phases.at(-1)?.endedAt ?? 0, from + 1);
  const bands = facts.phases.map(({ name, startedAt, endedAt }) => ({ name, from: startedAt, to: endedAt }));
  const time = { from, to, bands };
  const flood = facts.answers.filter(({ client }) => client === floodClient);
  const others = facts.answers.filter(({ client }) => client !== floodClient);
  const limit = sharedLimits
    ? "The limit is 10 a second, counted in one table for all environments."
    : "The limit is 10 a second in the memory of each environment: n environments admit up to n times as many.";
  const periods = `Answers in periods of ${bucketMs} ms by the start of the request.`;
  return [
    bars(time, others, statusKinds, "All clients but the flood", periods),
    bars(time, flood, floodKinds, `The flooding address, ${floodClient}`, limit),
    circuitTimeline(time, facts),
    latencies(time, facts),
  ];
}
