import { seconds } from "./chart.ts";
import type { CircuitState, DownstreamMode, EmfLine, Facts, Logged } from "./facts.ts";
import { type Lane, lanes, type Mark, type Span } from "./lanes.ts";
import { counted, type Timeline, type TimeSpan, timeline } from "./timeline.ts";

type State = CircuitState | "starting";

const tones: Readonly<Record<State | DownstreamMode, string>> = {
  starting: "idle",
  closed: "good",
  "half-open": "client",
  open: "server",
  healthy: "healthy",
  flaky: "flaky",
  down: "down",
  slow: "slow",
};

/** The states of the service, as its lane shows them. */
const modeTexts: Readonly<Record<DownstreamMode, string>> = {
  healthy: "healthy",
  flaky: "fails some",
  down: "fails all",
  slow: "slow recovery",
};

/** Each state lasts until the next one; the last one lasts to the end. */
function spans<T extends State | DownstreamMode>(
  time: TimeSpan,
  changes: readonly { readonly at: number; readonly to: T }[],
): (Span & { readonly name: T })[] {
  return changes.map(({ at: from, to: name }, index) => {
    return { name, tone: tones[name], from, to: changes[index + 1]?.at ?? time.to, brief: name === "half-open" };
  });
}

function serviceLane(time: TimeSpan, { downstream }: Facts): Lane {
  const changes = downstream.map(({ at, mode: to }) => ({ at, to }));
  const all = spans<DownstreamMode>(time, [{ at: time.from, to: "healthy" }, ...changes]);
  return { name: "service", spans: all.map((span) => ({ ...span, text: modeTexts[span.name] })) };
}

function marks(emf: readonly EmfLine[]): Mark[] {
  return emf.flatMap(({ at, kind, values }): Mark[] => {
    if (kind === "ping") return [{ at, name: "warm-up ping", shape: "ring" }];
    const retries = values.RetryAttempts ?? 0;
    return retries > 0 ? [{ at, name: retries === 1 ? "retry" : `${retries} retries`, shape: "diamond" }] : [];
  });
}

function environmentLanes(time: TimeSpan, { circuit, inits, reports, emf }: Facts): Lane[] {
  return inits.map(({ environmentId, at }, index) => {
    const own = <T extends Logged>(logged: readonly T[]): T[] =>
      logged.filter((one) => one.environmentId === environmentId);
    const [first] = own(reports);
    const ready = first === undefined ? [] : [{ at: first.at, to: "closed" as const }];
    const states = spans<State>(time, [{ at, to: "starting" }, ...ready, ...own(circuit)]);
    return { name: `env ${index + 1}`, spans: states, marks: marks(own(emf)) };
  });
}

/** What the chart shows, in words. */
function figures(time: TimeSpan, service: Lane, environments: readonly Lane[]): string {
  const count = (name: State): number =>
    environments.flatMap((lane) => lane.spans).filter((span) => span.name === name).length;
  const states = service.spans.map(({ text, from }) => `${text} from ${seconds(time, from)}`).join(", ");
  const opened = environments.filter((lane) => lane.spans.some(({ name }) => name === "open")).length;
  return [
    `The service is ${states}.`,
    `Of ${counted(environments.length, "environment")}, ${opened} opened the circuit:`,
    `${counted(count("open"), "opening")}, ${counted(count("half-open"), "probe")}.`,
  ].join(" ");
}

/** The states of the service and of each environment's breaker, with pings and retries. */
export function circuitTimeline(time: TimeSpan, facts: Facts): Timeline {
  const service = serviceLane(time, facts);
  const environments = environmentLanes(time, facts);
  return timeline(time, {
    title: "Circuit breaker, by environment",
    explanation:
      "The first row is the profile service, which recovers slowly. Each environment has its own breaker and learns of failure and recovery only from its own calls.",
    legend: [
      { name: "starting, until its first answer", tone: "idle" },
      { name: "closed", tone: "good" },
      { name: "open: calls are rejected", tone: "server" },
      { name: "half-open: one call probes", tone: "client" },
      { name: "warm-up ping", shape: "ring" },
      { name: "retry", shape: "diamond" },
      ...Object.entries(modeTexts).map(([mode, text]) => ({ name: `service: ${text}`, tone: mode })),
    ],
    figures: figures(time, service, environments),
    draw: (axis, label) => lanes(axis, label, [service, ...environments]),
  });
}
