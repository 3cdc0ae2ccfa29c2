import { read, type Scope } from "@midguard/kernel/internal";

/**
 * When Middy answers a request whose handler is about to time out: so many ms before the end, 0 for never. A middleware
 * cannot see the setting of its plugin, and takes it for the default.
 *
 * @see https://middy.js.org/docs/intro/early-interrupt
 */
export function earlyMsOf(plugin: unknown): number {
  const earlyMs = read(plugin, "timeoutEarlyInMillis");
  return typeof earlyMs === "number" ? earlyMs : 5;
}

/**
 * When Lambda kills the function, by the system clock; `undefined` if nothing says when, or if it does not end with the
 * request.
 */
export function endOf({ context, deadline }: Scope): number | undefined {
  // A durable execution is suspended, so that a timer may fire in a later invocation.
  if (deadline.functionMs === Infinity || read(context, "lambdaContext") !== undefined) return undefined;
  return deadline.enteredAt + deadline.functionMs;
}

/**
 * How long before the end the line of a request that is still running goes out, in ms: late, because until then the
 * request may still succeed, and after Middy's own answer, which says more.
 */
export function marginMs(earlyMs: number): number {
  return earlyMs === 0 ? 10 : Math.min(Math.max(earlyMs - 2, 1), 10);
}

/** Whether Middy cut a request short, by its own error. */
export function isMiddysTimeout(error: unknown): boolean {
  return read(error, "name") === "TimeoutError" && read(error, "cause", "package") === "@middy/core";
}

/** Node counts a timer from the start of the event loop's turn, so that Middy's may fire early. */
const earlyTimerMs = 10;

/**
 * Whether a request that failed at `time` was cut short, with an answer of the user's in place of Middy's error.
 * Nothing but its time shows that.
 */
export function isCutShort({ deadline }: Scope, time: number, earlyMs: number): boolean {
  const { enteredAt, functionMs } = deadline;
  const lastMs = earlyMs + earlyTimerMs;
  // A context of a test may have no time from the start.
  return functionMs > lastMs && enteredAt + functionMs - time <= lastMs;
}
