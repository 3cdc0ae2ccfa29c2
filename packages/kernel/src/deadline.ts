import { isRecord, type RequestDescription } from "./request.ts";

/** API Gateway answers 504 (REST) or 503 (HTTP) by itself after this long, whatever the function's own timeout. */
const gatewayMs = 29_000;
/** An arrival older than this is not a slow request but a recorded event, in a test or a rehearsal. */
const recordedMs = 90_000;
/** The runtime needs a moment to report a timeout; a scope older than that is left over from an earlier invocation. */
const timeoutGraceMs = 1_000;

function functionLeftMs(context: Readonly<Record<string, unknown>>): number {
  // A durable execution wraps the context.
  const own = typeof context.getRemainingTimeInMillis === "function" ? context : context.lambdaContext;
  if (!isRecord(own) || typeof own.getRemainingTimeInMillis !== "function") return Infinity;
  const left = Number(own.getRemainingTimeInMillis());
  return Number.isNaN(left) ? Infinity : left;
}

function gatewayLeftMs(request: RequestDescription | undefined): number {
  if (request?.arrivedAt === undefined || request.kind === "function-url") return Infinity;
  const age = Date.now() - request.arrivedAt;
  // In the future, by a clock that runs behind, or long ago, in a recorded event: neither says when this one came.
  return age < 0 || age > recordedMs ? gatewayMs : gatewayMs - age;
}

/**
 * What is left of an invocation's time: the least of what its function and its gateway leave, `Infinity` without either.
 * And for how long it still counts after that: until the runtime must have reported the function's timeout. And what it
 * would be if the gateway had received the request just now.
 */
export function deadlineOf(
  context: Readonly<Record<string, unknown>>,
  request: RequestDescription | undefined,
): { readonly leftMs: number; readonly graceMs: number; readonly grantedMs: number } {
  const ownMs = functionLeftMs(context);
  const ofGatewayMs = gatewayLeftMs(request);
  const leftMs = Math.min(ownMs, ofGatewayMs);
  const grantedMs = ofGatewayMs === Infinity ? ownMs : Math.min(ownMs, gatewayMs);
  // An invocation that comes with its time already up is one without time, too.
  const graceMs = leftMs === Infinity ? 0 : Math.max(ownMs, 0) - leftMs + timeoutGraceMs;
  return { leftMs, graceMs, grantedMs };
}
