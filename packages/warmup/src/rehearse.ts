import { currentInvocation, type Invocation, systemClock } from "@midguard/kernel";
import { callback, read, runRehearsal, statusOf } from "@midguard/kernel/internal";
import { isWarmupPing } from "./ping.ts";

/** The result of a rehearsal. */
export interface Rehearsal {
  /** Status of the answer; absent if it has none. */
  readonly statusCode?: number;
  /** How long the handler took, in ms. */
  readonly ms: number;
  /** The error that the handler threw; absent if it threw none. */
  readonly error?: unknown;
}

/** A handler, wrapped or bare. `never` accepts any type of context, and the callback that AWS's own type still has. */
export type RehearsedHandler<TEvent> = (event: TEvent, context: never, callback: never) => unknown;

/** The longest timeout of a Lambda function: the time left if there is no deadline. */
const longestTimeoutMs = 900_000;

type Parent = Pick<Invocation, "context" | "requestId" | "remainingMs">;

/** Replaces the ping's invocation outside of any: there is no deadline. */
const outside: Parent = {
  context: {},
  requestId: undefined,
  remainingMs: () => Infinity,
};

/** AWS's runtime client marks a handler that writes to a stream with it. */
const streamingMark = Symbol.for("aws.lambda.runtime.handler.streaming");

// Process state: no two rehearsals of an environment have the same request id.
let rehearsals = 0;

function rehearsalContext(parent: Parent): object {
  rehearsals += 1;
  return {
    ...parent.context,
    awsRequestId: `${parent.requestId ?? "none"}-rehearsal-${rehearsals}`,
    // Finite, because Middy sets a timer by it. Not a method: Middy calls it without `this`.
    getRemainingTimeInMillis: () => Math.max(0, Math.min(parent.remainingMs(), longestTimeoutMs)),
  };
}

/**
 * Sends a recorded event through the wrapped handler with all its middlewares, so that connections, caches and compiled code
 * are ready before the first request. Call it in `prime`, where it has the ping's deadline; elsewhere it has no deadline.
 * A response or error of the handler is in the result, and does not fail the ping.
 *
 * Record a read: only code that calls `isRehearsal()` can see that this is no request. The handler gets a copy of the event and
 * a context of its own.
 *
 * @example
 * async function prime(): Promise<void> {
 *   await rehearse(handler, recordedEvent);
 * }
 *
 * @throws TypeError if `handler` is no function or a streamed one, or `event` is itself a warm-up ping.
 * @throws DataCloneError if `event` cannot be copied by `structuredClone`.
 */
export async function rehearse<TEvent>(handler: RehearsedHandler<TEvent>, event: NoInfer<TEvent>): Promise<Rehearsal> {
  callback()("rehearse: handler", handler);
  if (isWarmupPing(event)) throw new TypeError("rehearse: event must be a recorded request, got a warm-up ping");
  // A streamed handler takes its stream as the second argument, so it would run as a real request, without a context.
  if (streamingMark in handler) throw new TypeError("rehearse: handler must not be a streamed one");
  const context = rehearsalContext(currentInvocation() ?? outside);
  const copy = structuredClone(event);
  const startedAt = systemClock.now();
  const elapsedMs = (): number => Math.round(systemClock.now() - startedAt);
  try {
    const response = await runRehearsal(context, async () => handler(copy, context as never, undefined as never));
    const written = read(response, "statusCode");
    const statusCode = typeof written === "number" ? written : statusOf(written);
    return statusCode === undefined ? { ms: elapsedMs() } : { statusCode, ms: elapsedMs() };
  } catch (error) {
    return { ms: elapsedMs(), error };
  }
}
