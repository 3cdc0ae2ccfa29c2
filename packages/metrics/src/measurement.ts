import type { Request } from "@middy/core";
import type { RequestOutcome } from "@midguard/kernel";
import { createSlot, describe, now, type RequestDescription, type Scope, type Slot } from "@midguard/kernel/internal";
import type { Emitter } from "./emitter.ts";
import { closeTally, type EventTally, joinTally, startTally } from "./event-tally.ts";
import type { ResolvedOptions } from "./options.ts";

/** One `metrics()`: its emitter, and the slot of its measurements. */
export interface Meter extends Emitter {
  readonly identity: Pick<ResolvedOptions<never>, "namespace" | "service" | "names" | "defaultsFrom">;
  /** On a request its measurement; on a tally the measurement that began last in that invocation. */
  readonly measurements: Slot<Measurement>;
}

/** How `metrics()` learns of a request. */
interface Installed {
  /** As a plugin, so that `requestEnd` will be called, which sees the final outcome. */
  readonly asPlugin: boolean;
  readonly isStreaming: boolean;
}

/** The measurement of one request. */
export interface Measurement {
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
}

/** The measurements of a request by all `metrics()`. */
const measurementsOf = createSlot<readonly (readonly [Meter, Measurement])[]>();

/** The measurement of a request by another `metrics()` with the same namespace, service and names: two would count it twice. */
function twinOf({ identity }: Meter, request: Request): Measurement | undefined {
  const { namespace, service, names, defaultsFrom } = identity;
  const twin = measurementsOf.get(request)?.find(([{ identity: other }]) => {
    const isSameService = other.namespace === namespace && other.service === service;
    return isSameService && other.names === names && other.defaultsFrom === defaultsFrom;
  });
  return twin?.[1];
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
    request,
    event: request.event,
    api: describe(request),
    scope,
    tally,
    startedAt: now(),
    installed,
    called: { before: false, onError: false },
    isFinished: false,
  };
  meter.measurements.set(request, measurement);
  measurementsOf.set(request, [...(measurementsOf.get(request) ?? []), [meter, measurement]]);
  meter.measurements.set(tally, measurement);
  return measurement;
}

/** Finishes a measurement, once: emits the request's line, unless it was a ping, and the lines of its events. */
export function finishMeasurement(meter: Meter, measurement: Measurement, outcome: RequestOutcome): void {
  if (measurement.isFinished) return;
  measurement.isFinished = true;
  const { request, event, api, tally, startedAt } = measurement;
  const { requestId } = measurement.scope;
  // In hundredths of a millisecond: the rest is noise, and bytes.
  const latencyMs = Math.round((now() - startedAt) * 100) / 100;
  if (!tally.isPing) meter.emitRequest({ request, event, api, requestId, latencyMs, outcome });
  closeTally(tally, meter.emitEvents, requestId);
}
