import { currentInvocation, type Invocation, systemClock } from "@midguard/kernel";
import { checkType, isRecord, runRehearsal } from "@midguard/kernel/internal";
import { isWarmupPing } from "./ping.ts";

/** How a rehearsal went. */
export interface Rehearsal {
  /** The status of the answer, where it has one. */
  readonly statusCode?: number;
  /** How long it took, in ms. */
  readonly ms: number;
  /** What the handler threw, where it did. */
  readonly error?: unknown;
}

/** A handler, wrapped or bare. `never` takes any type of context, and the callback that AWS's own type still has. */
export type RehearsedHandler<TEvent> = (event: TEvent, context: never, callback: never) => unknown;

/** The longest that a function may run: what is left where nothing else says so. */
const longestRunMs = 900_000;

type Parent = Pick<Invocation, "context" | "requestId" | "remainingMs">;

/** Stands in for the ping's invocation where there is none: no deadline. */
const outside: Parent = {
  context: {},
  requestId: undefined,
  remainingMs: () => Infinity,
};

/** How AWS's runtime client marks a handler that writes to a stream. */
const streamingMark = Symbol.for("aws.lambda.runtime.handler.streaming");

let rehearsals = 0;

function rehearsalContext(parent: Parent): object {
  rehearsals += 1;
  return {
    ...parent.context,
    awsRequestId: `${parent.requestId ?? "none"}-rehearsal-${rehearsals}`,
    // Finite, because Middy sets a timer by it, and takes it off the context before calling it.
    getRemainingTimeInMillis: () => Math.max(0, Math.min(parent.remainingMs(), longestRunMs)),
  };
}

function statusOf(response: unknown): number | undefined {
  return isRecord(response) && typeof response.statusCode === "number" ? response.statusCode : undefined;
}

/**
 * Sends a recorded event through the wrapped handler, all its middlewares included, so that connections, caches and
 * compiled code are there when the first request comes. For use inside `prime`, with the ping's deadline; elsewhere it
 * works without one. An answer or error of the handler is told in the result and never fails the ping.
 *
 * The event should be a read: only what asks `isRehearsal()` knows that it is no request. The handler gets a copy of the
 * event and a context of its own. Streamed handlers cannot be rehearsed.
 *
 * @example
 * async function prime(): Promise<void> {
 *   await rehearse(handler, recordedEvent);
 * }
 *
 * @throws TypeError when `event` is itself a warm-up ping, or `handler` no function or a streamed one.
 */
export async function rehearse<TEvent>(handler: RehearsedHandler<TEvent>, event: NoInfer<TEvent>): Promise<Rehearsal> {
  checkType("handler", handler, "function");
  if (isWarmupPing(event)) throw new TypeError("rehearse: the event is itself a warm-up ping; give a recorded request");
  // Its second argument is the stream, so it would run without context, as a real request.
  if (streamingMark in handler) throw new TypeError("rehearse: a streamed handler cannot be rehearsed");
  const parent: Parent = currentInvocation() ?? outside;
  const context = rehearsalContext(parent);
  const copy = structuredClone(event);
  const from = systemClock.now();
  const elapsedMs = (): number => Math.round(systemClock.now() - from);
  try {
    const response = await runRehearsal(context, async () => handler(copy, context as never, undefined as never));
    const statusCode = statusOf(response);
    return statusCode === undefined ? { ms: elapsedMs() } : { statusCode, ms: elapsedMs() };
  } catch (error) {
    return { ms: elapsedMs(), error };
  }
}
