import { subscribe } from "@midguard/kernel";
import { countEvent, type EmitEvents } from "./events/tally.ts";
import { rounded } from "./request/duration.ts";

/**
 * State of the execution environment: all `metrics()` of the process share it.
 *
 * Events are published on channels of the whole process, so there is one subscription, however many `metrics()` are made.
 * The first request of an environment is one request, whichever `metrics()` measures it.
 */
interface ProcessState {
  /** No request has been measured yet. */
  cold: boolean;
  /** How long the process had been running when the last `metrics()` was made, in ms. */
  initMs: number;
  /** Emits events that happen outside of any invocation: that of the `metrics()` made last. */
  lastMade: EmitEvents | undefined;
}

// Under a registered symbol, so that two bundled copies of this package share it. The number changes with the state.
const stateKey = Symbol.for("midguard.metrics.3");
const registry = globalThis as { [key: symbol]: ProcessState | undefined };

function processState(): ProcessState {
  const known = registry[stateKey];
  if (known !== undefined) return known;
  const state: ProcessState = { cold: true, initMs: 0, lastMade: undefined };
  registry[stateKey] = state;
  subscribe((event) => countEvent(event, state.lastMade));
  return state;
}

/** Starts to count events. Those outside of any invocation go to `emit`, until another `metrics()` is made. */
export function countEventsFor(emit: EmitEvents): void {
  const state = processState();
  state.lastMade = emit;
  state.initMs = rounded(process.uptime() * 1_000);
}

/** Emits what happens outside of any invocation. */
export function lastMade(): EmitEvents | undefined {
  return registry[stateKey]?.lastMade;
}

/** The first request of an environment. */
export interface FirstRequest {
  /** How the environment was started; `undefined` outside of Lambda. */
  readonly initializationType: string | undefined;
  /** How long its start took, in ms, if a request waited for it. */
  readonly initMs: number | undefined;
}

/**
 * What is known of the environment's start, once: for its first request. No request waits for environments that are
 * initialised ahead of requests (provisioned concurrency, SnapStart, Managed Instances).
 */
export function takeFirstRequest(): FirstRequest | undefined {
  const state = processState();
  if (!state.cold) return undefined;
  state.cold = false;
  const { AWS_LAMBDA_INITIALIZATION_TYPE: initializationType } = process.env;
  const hasWaited = (initializationType ?? "on-demand") === "on-demand";
  return { initializationType, initMs: hasWaited ? state.initMs : undefined };
}
