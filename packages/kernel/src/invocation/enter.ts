import { isRecord } from "../foreign.ts";
import { describeRequest, type RequestDescription } from "../request/describe.ts";
import { currentScope, enclosingScope, makeCurrent } from "./current.ts";
import { type Deadline, deadlineOf, newDeadline } from "./deadline.ts";
import { isStreamed, keepStreaming, mayBeOver, outerFor } from "./nesting.ts";
import { endScope, liftGatewayLimit, openScope, type Scope } from "./scope.ts";
import { createSlot } from "./slot.ts";

/** What of Middy's request the scope is made from. */
interface EnteredRequest {
  readonly event: unknown;
  readonly context: unknown;
}

/** What is known of a request that has been entered. */
interface Entry {
  readonly scope: Scope;
  /** The middleware that entered it first, and so is the outermost of ours: its end is the request's end. */
  readonly opener: object;
  readonly event: unknown;
  readonly description: RequestDescription | undefined;
}

const entries = createSlot<Entry>("entry.2");

/** The deadline of a nested invocation. If its own context does not say when the function ends, that around it does. */
function deadlineWithin(outer: Scope | undefined, own: Deadline): Deadline {
  if (outer === undefined || own.functionMs < Infinity) return own;
  if (own.arrivedAt === undefined) return outer.deadline;
  const { enteredAt, functionMs } = outer.deadline;
  return deadlineOf({ ...own, functionMs: enteredAt + functionMs - own.enteredAt });
}

/**
 * Enters the invocation of `request`: makes its scope the current one. To be called in the synchronous part of a hook.
 *
 * The scope is the one already open for this request, else the current one if that has the same context object (a nested
 * Middy handler). Otherwise it is a new scope, nested in the current one unless that has leaked in from an earlier
 * invocation. A nested scope has a deadline of its own.
 *
 * @param owner - The middleware; the scope ends when the first one to enter leaves.
 * @returns the scope.
 */
export function enterInvocation(request: EnteredRequest, owner: object): Scope {
  const known = entries.get(request)?.scope;
  if (known !== undefined) {
    if (enclosingScope() !== known) makeCurrent(known);
    return known;
  }
  const { event } = request;
  const description = describeRequest(event);
  const context = isRecord(request.context) ? request.context : {};
  const current = currentScope();
  if (current?.context === context) {
    current.joined = [...current.joined, request];
    entries.set(request, { scope: current, opener: owner, event, description });
    return current;
  }
  const outer = outerFor(context, current);
  const deadline = deadlineWithin(outer, newDeadline(context, description));
  // A handler that is called in a rehearsal rehearses too, also with a context of its own.
  const scope = openScope(context, deadline, outer?.rehearsal ?? false, outer);
  scope.request = request;
  entries.set(request, { scope, opener: owner, event, description });
  makeCurrent(scope);
  return scope;
}

/** `describeRequest` of a request's event. The description made on entry is reused while the event is the same. */
export function describe(request: { readonly event: unknown }): RequestDescription | undefined {
  const entry = entries.get(request);
  return entry !== undefined && entry.event === request.event ? entry.description : describeRequest(request.event);
}

/**
 * Leaves the invocation of `request`, and ends it if `owner` entered it first and no other handler shares it.
 *
 * A streamed body is read after the last middleware hook. Its scope ends at the `requestEnd` of a plugin (`isSent`), or one
 * second after the function's timeout. No gateway limits it.
 */
export function leaveInvocation(request: object, owner: object, isSent: boolean = false): void {
  const entry = entries.get(request);
  if (entry?.opener !== owner) return;
  const { scope } = entry;
  if (isStreamed(request) && !isSent) {
    keepStreaming(request);
    // The body of a nested handler's answer need not be the body of the request's.
    if (scope.request === request) liftGatewayLimit(scope);
    return;
  }
  if (scope.request === request) scope.hooksDone = true;
  else scope.joined = scope.joined.filter((other) => other !== request);
  if (scope.hooksDone && scope.joined.every(mayBeOver)) endScope(scope);
}
