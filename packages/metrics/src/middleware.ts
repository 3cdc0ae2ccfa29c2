import type { MiddlewareObj, Request } from "@middy/core";
import { createSlot, enterInvocation, leaveInvocation, liftGatewayLimit, type Scope } from "@midguard/kernel/internal";
import { createEmitter } from "./emitter.ts";
import { closeTally, joinTally } from "./events/tally.ts";
import { type MetricsOptions, resolveOptions } from "./options.ts";
import { countEventsFor } from "./process-state.ts";
import {
  beginMeasurement,
  finishMeasurement,
  flushAtEnd,
  type Measurement,
  type Meter,
} from "./request/measurement.ts";
import { outcomeAtEnd, outcomeOfError, outcomeOfResponse, outcomeOfStream } from "./request/outcome.ts";
import { isStreaming } from "./request/streaming.ts";
import { earlyMsOf } from "./request/timeout.ts";

/** What `metrics()` returns: a middleware, and the two hooks of a Middy plugin. */
export type MeasuredObj<TEvent = unknown> = MiddlewareObj<TEvent> & {
  requestStart(request: Request): void;
  requestEnd(request: Request): Promise<void> | undefined;
};

/** Middy awaits it: sinks have to send before the process is frozen. */
type MaybeFlush = Promise<void> | undefined;

/** The plugin's first hook: before all middlewares. */
function onRequestStart(meter: Meter, request: Request, plugin: unknown): void {
  const scope = enterInvocation(request, meter);
  const installed = { asPlugin: true, isStreaming: isStreaming(plugin), earlyMs: earlyMsOf(plugin) };
  // API Gateway does not limit how long a streamed response takes.
  if (installed.isStreaming) liftGatewayLimit(scope);
  beginMeasurement(meter, request, scope, installed);
}

function onBefore(meter: Meter, request: Request): void {
  const scope = enterInvocation(request, meter);
  const installed = { asPlugin: false, isStreaming: false, earlyMs: earlyMsOf(undefined) };
  const measurement = beginMeasurement(meter, request, scope, installed);
  if (measurement !== undefined) measurement.called.before = true;
}

function onAfter(meter: Meter, request: Request): MaybeFlush {
  const measurement = meter.measurements.get(request);
  // Then `requestEnd` follows.
  if (measurement?.installed.asPlugin) return undefined;
  if (measurement !== undefined) {
    finishMeasurement(measurement, outcomeOfResponse(request.response, measurement.api !== undefined));
  }
  leaveInvocation(request, meter);
  return measurement && flushAtEnd(meter, measurement.scope);
}

function onError(meter: Meter, request: Request): MaybeFlush {
  const measurement = meter.measurements.get(request);
  if (measurement !== undefined && !onMeasuredError(measurement)) return undefined;
  const scope = measurement?.scope ?? onUnmeasuredError(meter, request);
  leaveInvocation(request, meter);
  return flushAtEnd(meter, scope);
}

/** A request that failed before our first hook, so that its duration is unknown. Its events count all the same. */
function onUnmeasuredError(meter: Meter, request: Request): Scope {
  const scope = enterInvocation(request, meter);
  const tally = joinTally(scope, meter.emitEvents);
  const isNested = meter.measurements.get(tally) !== undefined;
  if (!isNested) closeTally(tally, meter.emitEvents, scope.requestId);
  return scope;
}

/** Whether this was the last hook of the request. */
function onMeasuredError(measurement: Measurement): boolean {
  const { request, installed, api } = measurement;
  const isApi = api !== undefined;
  const isAnswered = request.response !== undefined;
  measurement.called.onError = true;
  // `requestEnd` follows, except after a stream that has no answer.
  if (installed.asPlugin && (isAnswered || !installed.isStreaming)) return false;
  const outcome = isAnswered ? outcomeOfResponse(request.response, isApi) : outcomeOfError(request.error, isApi);
  finishMeasurement(measurement, outcome);
  return true;
}

/** The plugin's last hook: after all middlewares, and after a streamed body. */
function onRequestEnd(meter: Meter, request: Request): MaybeFlush {
  const measurement = meter.measurements.get(request);
  if (measurement !== undefined) {
    const { api, called, installed } = measurement;
    const outcome = outcomeAtEnd(request, api !== undefined, called);
    finishMeasurement(measurement, installed.isStreaming ? outcomeOfStream(outcome) : outcome);
  }
  leaveInvocation(request, meter, true);
  return measurement && flushAtEnd(meter, measurement.scope);
}

/**
 * Measures every request: `Latency` in ms, `Fault` (5xx or no answer) and `Error` (4xx) as 0 or 1, by service and by
 * service and route, as one line of EMF through Powertools Metrics. Retries, circuits and warm-up pings of Midguard's other
 * packages are counted on lines of their own. Nothing personal is emitted by default.
 *
 * Install the object in both of Middy's places. A request counts once, however often the object is installed, or another
 * with the same namespace, service and names. As a middleware alone it misses what Middy hides from middlewares: early
 * returns, an `onError` or `after` that returns, an `onError` that throws.
 *
 * @typeParam TEvent - The event that `route` and `properties` read.
 * @throws TypeError or RangeError for an option that is unknown, of the wrong type or refused by CloudWatch. Never throws
 * later: what cannot be emitted is dropped with one process warning.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @example
 * const measured = metrics({ namespace: "Shop", service: "orders" });
 *
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
 *   .use(measured)
 *   .handler(createOrder);
 */
export function metrics<TEvent = unknown>(options: MetricsOptions<TEvent> = {}): MeasuredObj<TEvent> {
  const resolved = resolveOptions(options);
  const meter: Meter = { ...createEmitter(resolved), identity: resolved, measurements: createSlot<Measurement>() };
  countEventsFor(meter.emitEvents);

  function requestStart(this: unknown, request: Request): void {
    onRequestStart(meter, request, this);
  }
  function requestEnd(request: Request): MaybeFlush {
    return onRequestEnd(meter, request);
  }
  // Middy reports a hook by the name of its function.
  function metricsBefore(request: Request): void {
    onBefore(meter, request);
  }
  function metricsAfter(request: Request): MaybeFlush {
    return onAfter(meter, request);
  }
  function metricsOnError(request: Request): MaybeFlush {
    return onError(meter, request);
  }
  // The middleware's hooks are not enumerable: Middy's own check of plugins (`middyValidateOptions`) then accepts the
  // object, and a spread of it into a plugin copies the plugin's hooks alone.
  return Object.defineProperties<MeasuredObj<TEvent>>(
    { requestStart, requestEnd },
    { before: { value: metricsBefore }, after: { value: metricsAfter }, onError: { value: metricsOnError } },
  );
}
