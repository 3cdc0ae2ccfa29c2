import { isRehearsal, type MidguardEvent, subscribe } from "@midguard/kernel";
import { currentScope, type Scope } from "@midguard/kernel/internal";
import { count, type Tally } from "./from-events.ts";

/** Writes down what was counted; one for each `metrics()`. */
export type Teller = (tally: Tally, requestId: string | undefined) => void;

/** What is known of one invocation. */
export interface Scene {
  /** The outermost `metrics()` of the invocation, which alone tells its events. */
  owner: Teller | undefined;
  tally: Tally | undefined;
  /** It was a warm-up ping, not a request. */
  pinged: boolean;
  /** The owner has told: what comes now is told at once. */
  closed: boolean;
}

/** State that belongs to the execution environment rather than to one `metrics()`. */
interface ProcessWide {
  /** Tells what happens in no invocation, or in one that has no owner: the `metrics()` made last. */
  teller: Teller | undefined;
  /** No request has been served yet. */
  cold: boolean;
}

// Under registered symbols: two bundled copies of this package must not count an event, or a cold start, twice.
const stateKey = Symbol.for("midguard.metrics.1");
const sceneKey: unique symbol = Symbol.for("midguard.metrics.scene.1");
const registry = globalThis as { [key: symbol]: ProcessWide | undefined };

/**
 * An invocation with its scene under a symbol of ours. It could be the key of a WeakMap instead, but a short-lived key
 * costs the garbage collector 0.8 us per request, a fifteenth of what the whole line costs.
 */
type Staged = Scope & { [sceneKey]?: Scene };

function processWide(): ProcessWide {
  let state = registry[stateKey];
  if (state === undefined) {
    registry[stateKey] = state = { teller: undefined, cold: true };
    // Once and for good: the channels are as process-wide as this state.
    subscribe(listen);
  }
  return state;
}

function listen(event: MidguardEvent): void {
  // Also what a rehearsal has left running when it ended.
  if (isRehearsal()) return;
  const invocation = currentScope();
  const scene = invocation && (sceneIn(invocation) ?? newScene(invocation, undefined));
  const isPing = event.type === "warmup.pinged";
  // What happened in an invocation without `metrics()` is nobody's to tell, but a ping is.
  const tally = count(isPing && scene?.owner === undefined ? undefined : scene?.tally, event);
  if (scene !== undefined && isPing) scene.pinged = true;
  // After a ping nothing may follow that could tell it: it is answered by an early return, and no middleware is called.
  const isLast = scene === undefined || scene.closed || isPing;
  if (isLast && tally !== undefined) (scene?.owner ?? processWide().teller)?.(tally, invocation?.invocation.requestId);
  if (scene !== undefined) scene.tally = isLast ? undefined : tally;
}

function sceneIn(invocation: Staged): Scene | undefined {
  return invocation[sceneKey];
}

/** Forgets what was known of the invocation: it is another request's from now on. */
export function newScene(invocation: Scope, owner: Teller | undefined): Scene {
  const scene = { owner, tally: undefined, pinged: false, closed: false };
  (invocation as Staged)[sceneKey] = scene;
  return scene;
}

/** Makes `teller` the one to tell of events that belong to no other. */
export function listenFor(teller: Teller): void {
  processWide().teller = teller;
}

/** What is known of the invocation. Its events are `teller`'s, unless a `metrics()` further out has claimed them. */
export function sceneOf(invocation: Scope, teller: Teller): Scene {
  const scene = sceneIn(invocation) ?? newScene(invocation, teller);
  scene.owner ??= teller;
  return scene;
}

/** Lets `teller` tell what was counted, if it is the owner. */
export function closeScene(scene: Scene, teller: Teller, requestId: string | undefined): void {
  if (scene.owner !== teller || scene.closed) return;
  scene.closed = true;
  const { tally } = scene;
  // What comes after it is told at once, and by itself.
  scene.tally = undefined;
  if (tally !== undefined) teller(tally, requestId);
}

/**
 * Whether this is the first request of the environment; true once. Not where the environment was initialised ahead of
 * its requests (provisioned concurrency, SnapStart, Managed Instances): there nobody waited for it.
 */
export function takeColdStart(): boolean {
  const state = processWide();
  if (!state.cold) return false;
  state.cold = false;
  return (process.env.AWS_LAMBDA_INITIALIZATION_TYPE ?? "on-demand") === "on-demand";
}
