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
  /** How much time it had at first, in ms, as far as is known: what is around it had, or the gateway gives; or `Infinity`. */
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
  /** Requests of handlers that were given the same context object and have not been left yet. */
  joined: readonly object[];
  /** Whether the hooks of `request` are done: then it ends with the last of `joined`. */
  left: boolean;
  readonly depth: number;
  /** Milliseconds until `endsAt`, by the monotonic clock; negative when time is up, `Infinity` without a deadline. */
  remainingMs(): number;
}

/** Middy's request, with its notes on it: in a WeakMap beside it they would cost the collector 0.6 us a request. */
type Noted = { readonly event: unknown; [key]?: Notes };
/** The invocation of a request, who opened and so ends it, and what its event was found to be. */
interface Notes {
  readonly invocation: Invocation;
  readonly opener: object;
  readonly event: unknown;
  readonly description: RequestDescription | undefined;
}

// Under a registered symbol, so that two bundled copies of this package see the same invocation.
const key: unique symbol = Symbol.for("midguard.invocation.1");
const registry = globalThis as { [key]?: AsyncLocalStorage<Invocation> };
registry[key] ??= new AsyncLocalStorage();
const current: AsyncLocalStorage<Invocation> = registry[key];

/**
 * Of a chain of `outer`, which handlers that are begun side by side make (one for each of a batch's records), and requests
 * without an id that nobody could end.
 */
const deepest = 1_000;

function remainingMs(this: Invocation): number {
  return this.endsAt - systemClock.now();
}

function requestIdOf(context: object): string | undefined {
  // A durable execution wraps the context.
  const { awsRequestId, lambdaContext } = context as Record<string, unknown>;
  if (typeof awsRequestId === "string") return awsRequestId;
  return isRecord(lambdaContext) ? requestIdOf(lambdaContext) : undefined;
}

/** Whether Middy has noted on a request that it was answered early, so that none of our hooks is called any more. */
function isAnsweredEarly(request: object | undefined): boolean {
  return request !== undefined && "earlyResponse" in request;
}

function isStream(value: unknown): boolean {
  return isRecord(value) && (typeof value.pipe === "function" || typeof value.getReader === "function");
}

/** Whether the body of a request's answer is a stream, which is read after the last hook. */
function isStreamed({ response }: { readonly response?: unknown }): boolean {
  return isStream(response) || (isRecord(response) && isStream(response.body));
}

/** Whether our last hook may never be called, or has been before the request was over. */
function mayBeOver(request: object | undefined): boolean {
  return isRecord(request) && (request.error !== undefined || isAnsweredEarly(request) || isStreamed(request));
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
  return !(isOther && mayBeOver(outer.request));
}

/**
 * What a new invocation of `context` is nested in. Handlers that are begun side by side find each other current, for
 * `enterWith` leaks: their chain is cut short in the end, but never loses the invocation around them all.
 */
function outerFor(context: object, found: Invocation | undefined): Invocation | undefined {
  let outer = found;
  while (outer?.outer !== undefined && (outer.depth >= deepest || !isNested(context, outer))) outer = outer.outer;
  return outer !== undefined && isNested(context, outer) ? outer : undefined;
}

/** Who has joined most invocations: one list for all, since each request would make two. */
const nobody: readonly object[] = [];

function open(
  context: object,
  leftMs: number,
  graceMs: number,
  grantedMs: number,
  rehearsal: boolean,
  outer?: Invocation,
): Invocation {
  const requestId = requestIdOf(context);
  const endsAt = systemClock.now() + leftMs;
  const depth = outer === undefined ? 1 : outer.depth + 1;
  // One literal, since a spread costs a tenth of all this.
  return {
    context,
    requestId,
    endsAt,
    grantedMs,
    rehearsal,
    retriesLeft: undefined,
    reserveMs: undefined,
    ended: false,
    graceMs,
    outer,
    request: undefined,
    joined: nobody,
    left: false,
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
  invocation.joined = nobody;
}

/** The invocation that the calling code was begun in, or what is left around it; ended or not. Reads no clock. */
export function enclosingInvocation(): Invocation | undefined {
  let invocation = current.getStore();
  while (invocation?.outer !== undefined && (invocation.ended || isAnsweredEarly(invocation.request))) {
    invocation = invocation.outer;
  }
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
    request[key] = { invocation: found, opener: owner, event, description };
    found.joined = [...found.joined, request];
    return found;
  }
  const outer = outerFor(context, found);
  const deadline = deadlineOf(context, description);
  const { grantedMs } = deadline;
  // One whose context tells no deadline has that of what is around it.
  const isBounded = outer === undefined || deadline.leftMs < Infinity;
  const { leftMs, graceMs } = isBounded ? deadline : { leftMs: outer.remainingMs(), graceMs: outer.graceMs };
  // A handler that is called in a rehearsal rehearses too, also with a context of its own.
  const rehearsal = outer?.rehearsal ?? false;
  const invocation = open(context, leftMs, graceMs, outer?.grantedMs ?? grantedMs, rehearsal, outer);
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

/**
 * Ends the invocation of `request` where `owner` entered it first, that is, where its hooks are the outermost of ours; but
 * not before other handlers that share it are done, too. A hook is called before a body is streamed: such an invocation goes
 * on until `isSent`, or until its time is up.
 */
export function leaveInvocation(request: object, owner: object, isSent: boolean = false): void {
  const { [key]: notes } = request as Partial<Noted>;
  if (notes?.opener !== owner || (isStreamed(request) && !isSent)) return;
  const { invocation } = notes;
  if (invocation.request === request) invocation.left = true;
  else invocation.joined = invocation.joined.filter((other) => other !== request);
  if (invocation.left && invocation.joined.every(mayBeOver)) end(invocation);
}

/** Runs `call` as a rehearsal inside `parent`: a child invocation of its own context, with the parent's deadline. */
export async function runRehearsal<T>(
  parent: Pick<Invocation, "remainingMs" | "graceMs" | "grantedMs">,
  context: object,
  call: () => Promise<T>,
): Promise<T> {
  const child = open(context, parent.remainingMs(), parent.graceMs, parent.grantedMs, true);
  try {
    return await current.run(child, call);
  } finally {
    end(child);
  }
}
