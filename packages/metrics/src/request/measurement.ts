import type { Request } from "@middy/core";
import type { RequestOutcome } from "@midguard/kernel";
import {
  createSlot,
  describe,
  isOver,
  now,
  type RequestDescription,
  type Scope,
  type Slot,
  startBackgroundTimer,
} from "@midguard/kernel/internal";
import type { Emitter } from "../emitter.ts";
import { closeTally, type EventTally, joinTally, startTally, takeServiceCounts } from "../events/tally.ts";
import type { ResolvedOptions } from "../options.ts";
import { rounded } from "./duration.ts";
import { isFault } from "./fault.ts";
import { outcomeOfResponse } from "./outcome.ts";
import { endOf, isCutShort, isMiddysTimeout, marginMs } from "./timeout.ts";

/** One `metrics()`: its emitter, and the slot of its measurements. */
export interface Meter extends Emitter {
  readonly identity: Pick<ResolvedOptions<never>, "namespace" | "service" | "names" | "defaultsFrom" | "emf" | "sinks">;
  /** On a request its measurement; on a tally the measurement that began last in that invocation. */
  readonly measurements: Slot<Measurement>;
}

/** How `metrics()` learns of a request. */
interface Installed {
  /** As a plugin, so that `requestEnd` will be called, which sees the final outcome. */
  readonly asPlugin: boolean;
  readonly isStreaming: boolean;
  /** How long before the end Middy answers for a handler that is still running, in ms; 0 for never. */
  readonly earlyMs: number;
}

/** The measurement of one request. */
export interface Measurement {
  /** The `metrics()` that began it, and emits it, even if another one with the same names finishes it. */
  readonly meter: Meter;
  readonly request: Request;
  /** The event that the request began with: middlewares may replace it. */
  readonly event: unknown;
  readonly api: RequestDescription | undefined;
  readonly scope: Scope;
  readonly tally: EventTally;
  readonly startedAt: number;
  readonly installed: Installed;
  /** Which of our own hooks have been called. */
  readonly called: { before: boolean; onError: boolean };
  isFinished: boolean;
  stopTimer: () => void;
}

/** The measurements of a request by all `metrics()`. */
const measurementsOf = createSlot<readonly Measurement[]>();

/**
 * The measurement of a request by another `metrics()` with the same namespace, service and names: two would count it
 * twice.
 */
function twinOf({ identity }: Meter, request: Request): Measurement | undefined {
  const { namespace, service, names, defaultsFrom, emf, sinks } = identity;
  return measurementsOf.get(request)?.find(({ meter: { identity: other } }) => {
    const isSameService = other.namespace === namespace && other.service === service;
    // Without EMF, only the same sinks would count it twice.
    const isSamePlace = emf ? other.emf : other.sinks === sinks;
    return isSameService && isSamePlace && other.names === names && other.defaultsFrom === defaultsFrom;
  });
}

/** Begins to measure a request, once. Returns `undefined` if the request does not count: it is a rehearsal, or nested. */
export function beginMeasurement(
  meter: Meter,
  request: Request,
  scope: Scope,
  installed: Installed,
): Measurement | undefined {
  if (scope.rehearsal) return undefined;
  const known = meter.measurements.get(request);
  if (known !== undefined) return known;
  const twin = twinOf(meter, request);
  if (twin !== undefined) {
    meter.measurements.set(request, twin);
    return twin;
  }
  let tally = joinTally(scope, meter.emitEvents);
  const last = meter.measurements.get(tally);
  // A Middy handler inside the one being measured has a request object of its own, but it serves the same client.
  if (last !== undefined && !last.isFinished && !tally.isPing) return undefined;
  // A context object that is used again, as tests do, belongs to the next request.
  if (last !== undefined || tally.isPing) tally = startTally(scope, meter.emitEvents);
  const measurement: Measurement = {
    meter,
    request,
    event: request.event,
    api: describe(request),
    scope,
    tally,
    startedAt: now(),
    installed,
    called: { before: false, onError: false },
    isFinished: false,
    stopTimer: ignore,
  };
  meter.measurements.set(request, measurement);
  measurementsOf.set(request, [...(measurementsOf.get(request) ?? []), measurement]);
  meter.measurements.set(tally, measurement);
  startTimer(measurement, measurement.startedAt);
  return measurement;
}

function ignore(): void {}

/**
 * Sets the timer that finishes a measurement because the function's time is nearly up. It is set again if it fires
 * early, as Node's timers do: they count from the start of the event loop's turn.
 */
function startTimer(measurement: Measurement, time: number): void {
  const { scope, installed } = measurement;
  const endsAt = endOf(scope);
  if (endsAt === undefined) return;
  const leftMs = endsAt - marginMs(installed.earlyMs) - time;
  if (leftMs >= 1) measurement.stopTimer = startBackgroundTimer(leftMs, () => startTimer(measurement, now()));
  else if (time !== measurement.startedAt) finishInTime(measurement);
}

function finishInTime(measurement: Measurement): void {
  const { request, scope, api, installed } = measurement;
  const { response } = request;
  const hasFailed = request.error !== undefined;
  // No hook of ours need follow: the timer is left over from a request that has ended.
  const mayHaveEnded = installed.asPlugin
    ? installed.isStreaming && hasFailed && response === undefined
    : hasFailed || "earlyResponse" in request;
  if (mayHaveEnded || isOver(scope)) return;
  // The status of a stream has been sent. Any other answer has not.
  const hasBegun = installed.isStreaming && response !== undefined;
  const answer = hasBegun ? outcomeOfResponse(response, api !== undefined) : { statusCode: undefined };
  finish(measurement, { ...answer, error: request.error }, true);
  void flushAtEnd(measurement.meter, scope);
}

/**
 * Has sinks send what they have kept, in the time that is left; `undefined` if there is nothing to wait for. Never
 * rejects.
 */
export function flushAtEnd({ flush }: Meter, scope: Scope): Promise<void> | undefined {
  return flush?.(Math.max(0, (endOf(scope) ?? Infinity) - now()));
}

/** Finishes a measurement, once: emits the request's line, unless it was a ping, and the lines of its events. */
export function finishMeasurement(measurement: Measurement, outcome: RequestOutcome): void {
  const { request, scope, installed } = measurement;
  const isTimeout = isMiddysTimeout(request.error) || (isFault(outcome) && isCutShort(scope, now(), installed.earlyMs));
  finish(measurement, outcome, isTimeout);
}

function finish(measurement: Measurement, outcome: RequestOutcome, isTimeout: boolean): void {
  if (measurement.isFinished) return;
  measurement.isFinished = true;
  measurement.stopTimer();
  const { meter, request, event, api, tally, startedAt } = measurement;
  const { requestId } = measurement.scope;
  const latencyMs = rounded(now() - startedAt);
  if (!tally.isPing) {
    const counts = takeServiceCounts(tally, meter.emitEvents);
    meter.emitRequest({ request, event, api, requestId, latencyMs, outcome, isTimeout, counts });
  }
  closeTally(tally, meter.emitEvents, requestId);
}
