import { subscribe } from "@midguard/kernel";
import { countEvent, type EmitEvents } from "./event-tally.ts";

/**
 * State of the execution environment: all `metrics()` of the process share it.
 *
 * Events are published on channels of the whole process, so there is one subscription, however many `metrics()` are made.
 * The first request of an environment is one request, whichever `metrics()` measures it.
 */
interface ProcessState {
  /** No request has been measured yet. */
  cold: boolean;
  /** Emits events that happen outside of any invocation: that of the `metrics()` made last. */
  lastMade: EmitEvents | undefined;
}

// Under a registered symbol, so that two bundled copies of this package share it. The number changes with the state.
const stateKey = Symbol.for("midguard.metrics.2");
const registry = globalThis as { [key: symbol]: ProcessState | undefined };

function processState(): ProcessState {
  const known = registry[stateKey];
  if (known !== undefined) return known;
  const state: ProcessState = { cold: true, lastMade: undefined };
  registry[stateKey] = state;
  subscribe((event) => countEvent(event, state.lastMade));
  return state;
}

/** Starts to count events. Those outside of any invocation go to `emit`, until another `metrics()` is made. */
export function countEventsFor(emit: EmitEvents): void {
  processState().lastMade = emit;
}

/**
 * Whether this is the environment's first request; true once. False in environments that are initialised ahead of requests
 * (provisioned concurrency, SnapStart, Managed Instances), because no request waits there.
 */
export function takeColdStart(): boolean {
  const state = processState();
  if (!state.cold) return false;
  state.cold = false;
  return (process.env.AWS_LAMBDA_INITIALIZATION_TYPE ?? "on-demand") === "on-demand";
}
