import type { FunctionConfig } from "../function-config.ts";
import type { Invocation, Outcome } from "../invocation.ts";
import { failedBy, type PlatformFailure } from "./failure.ts";
import type { Status } from "./report.ts";
import type { Run } from "./run.ts";

/** The environment that a dispatcher works for. */
export interface DispatcherHost {
  /** Whether the process was killed or has ended. */
  ended(): boolean;
  /** How many calls of `next` the runtime has open. */
  waiting(): number;
  /** Sends an invocation to the runtime, which has until `deadline` (epoch ms). */
  send(invocation: Invocation, deadline: number): void;
  onTimeout(invocation: Invocation): void;
  /** A run is over and can be reported. */
  onOver(run: Run, outcome: Outcome, status: Status): void;
  /** Every run is over and the runtime waits for more. */
  onRest(): void;
}

/** Takes the invocations of one environment from assignment to report. */
export interface Dispatcher {
  readonly state: "initialising" | "busy" | "idle";
  /** Invocations sent to the runtime so far. */
  readonly invocations: number;
  /** Whether every assigned invocation has an outcome. */
  readonly answeredAll: boolean;
  /** How many more invocations it takes now. */
  readonly freeSlots: number;
  /** The invocation that began first, of those that are not reported. */
  oldest(): Invocation | undefined;
  /** The invocation of this ID, if it began and has no outcome. */
  running(requestId: string): Invocation | undefined;
  /** Takes an invocation for a free slot. */
  assign(invocation: Invocation): void;
  /** The runtime has asked for work. */
  next(): void;
  answer(requestId: string, outcome: Outcome): void;
  /** Ends every run, with `cause` if it has no outcome. Returns the invocations that never began. */
  abandon(cause: PlatformFailure): Invocation[];
}

/** Creates the dispatcher of an environment. Without `maxConcurrency` it serves one invocation at a time. */
export function createDispatcher(
  { maxConcurrency, timeoutMs }: Pick<FunctionConfig, "maxConcurrency" | "timeoutMs">,
  host: DispatcherHost,
): Dispatcher {
  const slots = maxConcurrency ?? 1;
  const assigned: Invocation[] = [];
  const runs = new Map<string, Run>();
  let state: Dispatcher["state"] = "initialising";
  let unanswered = 0;
  let invocations = 0;
  let settling = false;

  return {
    get state() {
      return state;
    },
    get invocations() {
      return invocations;
    },
    get answeredAll() {
      return assigned.length === 0 && unanswered === 0;
    },
    get freeSlots() {
      return slots - unanswered - assigned.length;
    },
    oldest: () => runs.values().next().value?.invocation,
    running(requestId) {
      const run = runs.get(requestId);
      return run?.outcome ? undefined : run?.invocation;
    },
    assign(invocation) {
      assigned.push(invocation);
      // While a run settles, its report comes first.
      if (!settling) sendAssigned();
    },
    next() {
      // The function's last output is read within this turn of the event loop; the report comes after it.
      settling = true;
      setImmediate(settle);
    },
    answer,
    abandon,
  };

  function settle(): void {
    settling = false;
    if (host.ended()) return;
    for (const run of runs.values()) if (run.outcome) finish(run, run.outcome);
    sendAssigned();
    if (runs.size > 0 || assigned.length > 0 || host.waiting() === 0) return;
    state = "idle";
    host.onRest();
  }

  function sendAssigned(): void {
    while (host.waiting() > 0) {
      const invocation = assigned.shift();
      if (!invocation) return;
      begin(invocation);
    }
  }

  function begin(invocation: Invocation): void {
    state = "busy";
    unanswered += 1;
    invocations += 1;
    const timer = setTimeout(host.onTimeout, timeoutMs, invocation);
    runs.set(invocation.requestId, { invocation, startedAt: performance.now(), timer, outcome: undefined });
    host.send(invocation, Date.now() + timeoutMs);
  }

  function answer(requestId: string, outcome: Outcome): void {
    const run = runs.get(requestId);
    if (!run || run.outcome) return;
    run.outcome = outcome;
    unanswered -= 1;
    // A caller that asked for the log waits for the report.
    if (!run.invocation.tail) run.invocation.settle(outcome);
    // A single run is over at the next `next`; with several at once, `next` does not show which run is over.
    if (maxConcurrency !== undefined) setImmediate(settle);
  }

  function finish(run: Run, outcome: Outcome, status: Status = outcome.failed ? "error" : "success"): void {
    const { invocation, timer } = run;
    clearTimeout(timer);
    runs.delete(invocation.requestId);
    host.onOver(run, outcome, status);
    if (invocation.tail) invocation.settle(outcome);
  }

  function abandon(cause: PlatformFailure): Invocation[] {
    for (const run of runs.values()) {
      const { requestId } = run.invocation;
      answer(requestId, failedBy(cause, requestId));
      if (run.outcome) finish(run, run.outcome, cause.status);
    }
    return assigned.splice(0);
  }
}
