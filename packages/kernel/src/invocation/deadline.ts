import { now } from "../clock.ts";
import { isRecord, read } from "../foreign.ts";
import type { RequestDescription } from "../request/describe.ts";
import { warn } from "../warn.ts";

/**
 * How long API Gateway waits for a function, in ms, whatever the function's own timeout. 29 s for REST APIs is a default
 * that can be raised; HTTP APIs end at 30 s. The other kinds have no limit of their own.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const gatewayTimeoutMs: { readonly [kind in RequestDescription["kind"]]?: number } = {
  rest: 29_000,
  websocket: 29_000,
  http: 30_000,
};
/** An arrival older than this comes from a recorded event, in a test or a rehearsal. */
const recordedMs = 90_000;
/** The runtime needs a moment to report a timeout. */
const timeoutGraceMs = 1_000;

/** What limits the time of an invocation. Times are in epoch ms on the monotonic clock. */
export interface TimeLimits {
  readonly enteredAt: number;
  /** What the function's own timeout left on entry, in ms; `Infinity` if the context does not say. */
  readonly functionMs: number;
  /** When the gateway received the request; `undefined` if no gateway waits for the answer. */
  readonly arrivedAt: number | undefined;
  /** How long the gateway waits for the answer, in ms. */
  readonly gatewayMs: number;
}

/** The limits, and what follows from them. */
export interface Deadline extends TimeLimits {
  /** When time is up, for the function or for its gateway, whichever comes first; `Infinity` without a limit. */
  readonly endsAt: number;
}

/** The deadline that follows from `limits`. */
export function deadlineOf({ enteredAt, functionMs, arrivedAt, gatewayMs }: TimeLimits): Deadline {
  const endsAt = Math.min(enteredAt + functionMs, (arrivedAt ?? enteredAt) + gatewayMs);
  return { enteredAt, functionMs, arrivedAt, gatewayMs, endsAt };
}

/** The time of a request that reaches the function without delay, in ms. */
export function grantedBy({ functionMs, gatewayMs }: Deadline): number {
  return Math.min(functionMs, gatewayMs);
}

/** Whether Lambda has stopped the function by `time`: a scope that is still current has leaked into a later invocation. */
export function isStale({ enteredAt, functionMs }: Deadline, time: number): boolean {
  // An invocation that starts with its time already up counts too: it has no time left.
  return time >= enteredAt + Math.max(functionMs, 0) + timeoutGraceMs;
}

/** What a context's own timer says is left, in ms; `undefined` if it has none, or a broken one. */
function remainingOf(context: unknown): number | undefined {
  if (!isRecord(context) || typeof context.getRemainingTimeInMillis !== "function") return undefined;
  const left = Number(context.getRemainingTimeInMillis());
  return Number.isNaN(left) ? undefined : left;
}

function functionMsOf(context: object): number {
  // A durable execution wraps the context.
  return remainingOf(context) ?? remainingOf(read(context, "lambdaContext")) ?? Infinity;
}

/** MIDGUARD_GATEWAY_TIMEOUT_MS in ms; `undefined` if it is not set, or if it is no number of at least 1. */
function configuredGatewayMs(): number | undefined {
  const text = process.env.MIDGUARD_GATEWAY_TIMEOUT_MS;
  if (text === undefined || text === "") return undefined;
  const ms = /^(\d+(\.\d+)?|Infinity)$/.test(text) ? Number(text) : 0;
  if (ms >= 1) return ms;
  warn("MIDGUARD_GATEWAY_TIMEOUT_MS must be a number of at least 1, and was ignored", text);
  return undefined;
}

// Read once, because reading the environment takes as long as the rest of entering an invocation.
const configuredMs = configuredGatewayMs();

/** The deadline of the invocation of `context` for `request`, if it is entered now. */
export function newDeadline(context: object, request: RequestDescription | undefined): Deadline {
  const enteredAt = now();
  const functionMs = functionMsOf(context);
  const gatewayMs = request === undefined ? undefined : gatewayTimeoutMs[request.kind];
  if (request?.arrivedAt === undefined || gatewayMs === undefined) {
    return deadlineOf({ enteredAt, functionMs, arrivedAt: undefined, gatewayMs: Infinity });
  }
  const age = Date.now() - request.arrivedAt;
  // An arrival in the future (a clock that runs behind), or a recorded one, does not show when this request arrived.
  const isBelievable = age >= 0 && age <= recordedMs;
  const arrivedAt = isBelievable ? enteredAt - age : enteredAt;
  return deadlineOf({ enteredAt, functionMs, arrivedAt, gatewayMs: configuredMs ?? gatewayMs });
}
