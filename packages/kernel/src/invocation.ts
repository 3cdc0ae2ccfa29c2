import { AsyncLocalStorage } from "node:async_hooks";
import { systemClock } from "./clock.ts";
import { deadlineOf } from "./deadline.ts";
import { describeRequest, isRecord, type RequestDescription } from "./request.ts";

/** What is known of the invocation that the calling code runs in. Facts, no policy. */
export interface Invocation {
  readonly context: object;
  readonly requestId: string | undefined;
  /** When time is up, in epoch ms on the monotonic clock and without any reserve; `Infinity` without a deadline. */
  readonly endsAt: number;
  /** How much time it had when it was entered, in ms; `Infinity` without a deadline. */
  readonly grantedMs: number;
  /** A recorded event that warms this environment, not traffic. */
  readonly rehearsal: boolean;
  /** Retries that this invocation may still make; `undefined` until `retry()` sets it. */
  retriesLeft: number | undefined;
  /** Milliseconds before `endsAt` that are kept free of retries' attempts; `undefined` until `retry()` sets it. */
  reserveMs: number | undefined;
  /** Set when the outermost hook has settled the request, or found long past its time: it then counts as none. */
  ended: boolean;
  /** How long the scope still counts after `endsAt`, in ms. */
  readonly graceMs: number;
  /** The invocation that this one is nested in, with another context object: current again once this one has ended. */
  readonly outer: Invocation | undefined;
  /** Middy's request, as long as it is open. */
  request: object | undefined;
  readonly depth: number;
  /** Milliseconds until `endsAt`, by the monotonic clock; negative when time is up, `Infinity` without a deadline. */
  remainingMs(): number;
}

/** Middy's request, with its notes on it: in a WeakMap beside it they would cost the collector 0.6 us a request. */
type Noted = { readonly event: unknown; [key]?: Notes };
/** The invocation of a request, who opened and so ends it, and what its event was found to be. */
interface Notes {
  readonly invocation: Invocation;
  readonly opener: object | undefined;
  readonly event: unknown;
  readonly description: RequestDescription | undefined;
}

// Under a registered symbol, so that two bundled copies of this package see the same invocation.
const key: unique symbol = Symbol.for("midguard.invocation.1");
const registry = globalThis as { [key]?: AsyncLocalStorage<Invocation> };
registry[key] ??= new AsyncLocalStorage();
const current: AsyncLocalStorage<Invocation> = registry[key];

/** Of a chain of `outer`: one that leaked in may be taken for the one around. */
const deepest = 10;

function remainingMs(this: Invocation): number {
  return this.endsAt - systemClock.now();
}

function requestIdOf(context: object): string | undefined {
  const { awsRequestId } = context as Record<string, unknown>;
  return typeof awsRequestId === "string" ? awsRequestId : undefined;
}

/** Whether Middy has noted on a request that it failed or was answered early, so that our last hook may never be called. */
function mayBeOver(request: object | undefined): boolean {
  return isRecord(request) && (request.error !== undefined || "earlyResponse" in request);
}

/**
 * Whether a new invocation of `context` is nested in `outer`, which is current and has not ended. It is not where `outer`
 * has leaked in from a request that nobody could end: by its request id this is another one.
 */
function isNested(context: object, outer: Invocation): boolean {
  // Whatever runs in a rehearsal belongs to it.
  if (outer.rehearsal) return true;
  const requestId = requestIdOf(context);
  const isOther = requestId !== undefined && requestId !== outer.requestId;
  return outer.depth < deepest && !(isOther && mayBeOver(outer.request));
}

function open(context: object, leftMs: number, graceMs: number, rehearsal: boolean, outer?: Invocation): Invocation {
  const requestId = requestIdOf(context);
  const endsAt = systemClock.now() + leftMs;
  const depth = outer === undefined ? 1 : outer.depth + 1;
  // One literal, since a spread costs a tenth of all this.
  return {
    context,
    requestId,
    endsAt,
    grantedMs: leftMs,
    rehearsal,
    retriesLeft: undefined,
    reserveMs: undefined,
    ended: false,
    graceMs,
    outer,
    request: undefined,
    depth,
    remainingMs,
  };
}

/**
 * The invocation that the calling code runs in, or `undefined` outside of any, or after its end. An invocation whose
 * deadline has passed is still one: it has no time left, which is not the same as no deadline.
 */
export function currentInvocation(): Invocation | undefined {
  const invocation = enclosingInvocation();
  timeLeftMs(invocation);
  return invocation?.ended ? undefined : invocation;
}

function end(invocation: Invocation): void {
  invocation.ended = true;
  // Whatever was begun in it keeps it, and must not keep its event.
  invocation.request = undefined;
}

/** The invocation that the calling code was begun in, or what is left around it; ended or not. Reads no clock. */
export function enclosingInvocation(): Invocation | undefined {
  let invocation = current.getStore();
  while (invocation?.ended && invocation.outer !== undefined) invocation = invocation.outer;
  return invocation;
}

/** Milliseconds left in `invocation`; `Infinity` without one or after its end. Reads the clock once, without one not. */
export function timeLeftMs(invocation: Invocation | undefined = enclosingInvocation()): number {
  if (invocation === undefined || invocation.ended) return Infinity;
  const left = invocation.remainingMs();
  if (left > -invocation.graceMs) return left;
  end(invocation);
  return Infinity;
}

/** Whether the calling code runs in a rehearsal: a recorded event on a warm-up ping, in which nothing should be written. */
export function isRehearsal(): boolean {
  // Not by currentInvocation(): what a rehearsal has left running must not write after its end either.
  return enclosingInvocation()?.rehearsal ?? false;
}

/**
 * Makes the invocation of `request` the current one, in the synchronous part of a hook. It is the one already made for
 * this request, else the current one where that belongs to the same context object (a nested Middy handler), else a new
 * one. No other current scope is trusted: `enterWith` leaks into the caller, so the next invocation may start inside it.
 */
export function enterInvocation(request: Noted & { readonly context: unknown }, owner: object): Invocation {
  const known = request[key]?.invocation;
  if (known !== undefined) {
    if (enclosingInvocation() !== known) current.enterWith(known);
    return known;
  }
  const { event } = request;
  const description = describeRequest(event);
  const context = isRecord(request.context) ? request.context : {};
  const found = currentInvocation();
  if (found?.context === context) {
    request[key] = { invocation: found, opener: undefined, event, description };
    return found;
  }
  const outer = found !== undefined && isNested(context, found) ? found : undefined;
  const { leftMs, graceMs } = deadlineOf(context, description);
  // A handler that is called in a rehearsal rehearses too, also with a context of its own.
  const rehearsal = outer?.rehearsal ?? false;
  const invocation = open(context, leftMs, graceMs, rehearsal, outer);
  invocation.request = request;
  request[key] = { invocation, opener: owner, event, description };
  current.enterWith(invocation);
  return invocation;
}

/** `describeRequest` of a request's event, worked out once, by `enterInvocation`, as long as the event is the same. */
export function describe(request: Noted): RequestDescription | undefined {
  const notes = request[key];
  return notes !== undefined && notes.event === request.event ? notes.description : describeRequest(request.event);
}

/** Ends the invocation of `request` where `owner` opened it, that is, where its hooks are the outermost of ours. */
export function leaveInvocation(request: object, owner: object): void {
  const { [key]: notes } = request as Partial<Noted>;
  if (notes?.opener === owner) end(notes.invocation);
}

/** Runs `call` as a rehearsal inside `parent`: a child invocation of its own context, with the parent's deadline. */
export async function runRehearsal<T>(
  parent: Pick<Invocation, "remainingMs" | "graceMs">,
  context: object,
  call: () => Promise<T>,
): Promise<T> {
  const child = open(context, parent.remainingMs(), parent.graceMs, true);
  try {
    return await current.run(child, call);
  } finally {
    end(child);
  }
}
