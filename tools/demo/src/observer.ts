import type { LogLine } from "@midguard/local-lambda";
import type { Answer, CircuitState, DownstreamChange, Facts, Phase, PhaseName, PingAnswer } from "./facts.ts";
import { type Reading, readLogLine } from "./log-reader.ts";

type Growing<T> = { [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

/** Collects the facts of a run. It only listens, and does not know what was sent. */
export interface Observer {
  readonly facts: Facts;
  readonly phase: PhaseName | undefined;
  /** The last reported state of the breaker, by environment. */
  readonly circuits: ReadonlyMap<string, CircuitState>;
  log(line: LogLine): void;
  answered(answer: Answer): void;
  pinged(ping: PingAnswer): void;
  downstreamChanged(change: DownstreamChange): void;
  /** Starts a phase, and ends the one before, if any. */
  enter(name: PhaseName): void;
  /** Ends the last phase. */
  finish(): void;
}

/** Creates an observer without facts. */
export function createObserver(now: () => number = Date.now): Observer {
  const facts: Growing<Facts> = {
    phases: [],
    answers: [],
    pings: [],
    emf: [],
    invalid: [],
    handled: [],
    circuit: [],
    inits: [],
    reports: [],
    downstream: [],
    errors: [],
  };
  const circuits = new Map<string, CircuitState>();
  let open: Omit<Phase, "endedAt"> | undefined;

  function finish(): void {
    if (open !== undefined) facts.phases.push({ ...open, endedAt: now() });
    open = undefined;
  }

  function log(line: LogLine): void {
    const reading = readLogLine(line);
    add(facts, reading);
    if (reading.type === "circuit") circuits.set(reading.fact.environmentId, reading.fact.to);
  }

  return {
    facts,
    circuits,
    log,
    finish,
    get phase() {
      return open?.name;
    },
    answered: (answer) => void facts.answers.push(answer),
    pinged: (ping) => void facts.pings.push(ping),
    downstreamChanged: (change) => void facts.downstream.push(change),
    enter(name) {
      finish();
      open = { name, startedAt: now() };
    },
  };
}

function add(facts: Growing<Facts>, reading: Reading): void {
  switch (reading.type) {
    case "emf":
      facts.emf.push(reading.fact);
      break;
    case "handled":
      facts.handled.push(reading.fact);
      break;
    case "circuit":
      facts.circuit.push(reading.fact);
      break;
    case "init":
      facts.inits.push(reading.fact);
      break;
    case "report":
      facts.reports.push(reading.fact);
      break;
    case "error":
      facts.errors.push(reading.fact);
      break;
    case "invalid":
      facts.invalid.push(reading.fact);
  }
}
