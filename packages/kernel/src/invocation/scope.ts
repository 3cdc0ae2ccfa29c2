import { now } from "../clock.ts";
import { read } from "../foreign.ts";
import { type Deadline, deadlineOf, grantedBy, isStale } from "./deadline.ts";
import type { Slot } from "./slot.ts";

/**
 * The life of an invocation, from the first of our hooks to the last. Users see its read-only `Invocation`; packages keep
 * their own data on it, in slots.
 */
export interface Scope {
  readonly context: object;
  readonly requestId: string | undefined;
  readonly rehearsal: boolean;
  /** The scope that this one is nested in: current again once this one has ended. */
  readonly outer: Scope | undefined;
  /** 1 for an outermost scope, 2 for one nested in it, and so on. */
  readonly depth: number;
  deadline: Deadline;
  /** Middy's request that opened the scope, until the scope ends. */
  request: object | undefined;
  /** Requests of other handlers with the same context object that are not done yet. */
  joined: readonly object[];
  /** Whether the hooks of `request` are done: the scope then ends with the last of `joined`. */
  hooksDone: boolean;
  /** Whether it has ended: no new attempt starts in it. */
  ended: boolean;
}

/** Shared by all scopes that no other handler has joined, which is nearly every one. */
const none: readonly object[] = [];

/** `awsRequestId` of a Lambda context, or of the one that a durable execution wraps. */
export function requestIdOf(context: object): string | undefined {
  const requestId = read(context, "awsRequestId") ?? read(context, "lambdaContext", "awsRequestId");
  return typeof requestId === "string" ? requestId : undefined;
}

/** Opens a scope for the invocation of `context`. */
export function openScope(context: object, deadline: Deadline, rehearsal: boolean, outer?: Scope): Scope {
  return {
    context,
    requestId: requestIdOf(context),
    rehearsal,
    outer,
    depth: outer === undefined ? 1 : outer.depth + 1,
    deadline,
    request: undefined,
    joined: none,
    hooksDone: false,
    ended: false,
  };
}

/** Milliseconds until the deadline at `time`; negative once it has passed, `Infinity` without a deadline. */
export function remainingMs(scope: Scope, time: number = now()): number {
  return scope.deadline.endsAt - time;
}

/**
 * Changes how long the gateway waits for the answer; `Infinity` for as long as the function runs. Does nothing if no gateway
 * waits, as for a queue or a function URL.
 */
export function setGatewayTimeout(scope: Scope, gatewayMs: number): void {
  if (scope.deadline.arrivedAt !== undefined) scope.deadline = deadlineOf({ ...scope.deadline, gatewayMs });
}

/** Lifts the gateway's limit: API Gateway waits as long as the function runs for the end of a streamed response. */
export function liftGatewayLimit(scope: Scope): void {
  scope.deadline = deadlineOf({ ...scope.deadline, arrivedAt: undefined, gatewayMs: Infinity });
}

/** What a scope keeps in a slot, or the nearest scope around it that keeps something there. */
export function inherited<T>(slot: Slot<T>, scope: Scope): T | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const kept = slot.get(at);
    if (kept !== undefined) return kept;
  }
  return undefined;
}

/** Ends a scope. What was started in it keeps the scope, and must not keep the request's event with it. */
export function endScope(scope: Scope): void {
  scope.ended = true;
  scope.request = undefined;
  scope.joined = none;
}

/** All the time that the request had at first, in ms; for a nested invocation, that of the outermost one. */
export function grantedMs(scope: Scope): number {
  let outermost = scope;
  while (outermost.outer !== undefined) outermost = outermost.outer;
  return grantedBy(outermost.deadline);
}

/** Whether a scope has ended, or is left over from an invocation whose function has been stopped. */
export function isOver(scope: Scope, time?: number): boolean {
  // The clock is read last: most scopes found here have ended.
  return scope.ended || isStale(scope.deadline, time ?? now());
}
