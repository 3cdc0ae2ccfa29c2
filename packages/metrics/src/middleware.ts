// Imported, since the global of that name is looked up at each use, which costs an eighth of reading the clock.
import { performance } from "node:perf_hooks";
import type { MiddlewareObj, Request } from "@middy/core";
import { describe, describeRequest, enterInvocation, leaveInvocation, type Scope } from "@midguard/kernel/internal";
import type { Tally } from "./from-events.ts";
import { lineWriter, type Metric } from "./line.ts";
import { type MetricsOptions, resolveOptions } from "./options.ts";
import { type Outcome, outcomeAtEnd, outcomeOfError, outcomeOfResponse } from "./outcome.ts";
import { closeScene, listenFor, newScene, type Scene, sceneOf, takeColdStart } from "./process-wide.ts";
import { dimensionValues, routeNamer } from "./route.ts";
import { brokeOff, isStreaming } from "./streaming.ts";
import { warnOnce } from "./warn.ts";

/** What `metrics()` returns: a middleware, and the two hooks of a Middy plugin. */
export type MeasuredObj<TEvent = unknown> = MiddlewareObj<TEvent> & {
  requestStart(request: Request): void;
  requestEnd(request: Request): void;
};

/** A request that is being measured. */
interface Measurement {
  readonly request: Request;
  readonly invocation: Scope;
  readonly scene: Scene;
  /** As it came: middlewares may put something else in its place. */
  readonly event: unknown;
  readonly startedAt: number;
  /** Installed as plugin: `requestEnd` will come, and knows better how the request ended. */
  readonly byPlugin: boolean;
  /** What `requestStart` was called as a method of. */
  readonly plugin: unknown;
  /** Installed as middleware too. */
  byHooks: boolean;
  /** Our `onError` was called, so none further in has thrown. */
  failed: boolean;
  settled: boolean;
}

/** A request, or the scene of its invocation, with the measurement of each `metrics()` under a symbol of its own. */
interface Noted {
  [by: symbol]: Measurement | undefined;
}

/** Dependencies are named in the code, one breaker or policy each; this is for a name made from a request's data. */
const maxDependencies = 100;

/**
 * Measures every request: `Latency` in ms, `Fault` (5xx or no answer) and `Error` (4xx) as 0 or 1, by service and by
 * service and route, as one line of EMF through Powertools Metrics. `SampleCount` of any of them is the number of
 * requests, `Average` of `Fault` the share that failed. Retries, circuits, throttling and warm-up pings of the family's
 * other packages are counted on lines of their own.
 *
 * Install the object in both of Middy's places. A request counts once however often, and as a middleware alone it misses
 * what Middy hides from middlewares: an early return, an `onError` or `after` that returns, an `onError` that throws.
 *
 * Sources: Application Signals' vocabulary (AWS, "Metrics collected by Application Signals") and the specification of
 * the CloudWatch embedded metric format.
 *
 * @throws TypeError or RangeError for an option that is unknown, of the wrong type or refused by CloudWatch. Never
 * throws later: what cannot be written is dropped with one process warning.
 *
 * @example
 * const measured = metrics({ namespace: "Shop", service: "orders" });
 *
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
 *   .use(measured)
 *   .handler(createOrder);
 */
export function metrics<TEvent = unknown>(options: MetricsOptions<TEvent> = {}): MeasuredObj<TEvent> {
  const { namespace, service, lender, route, maxRoutes, coldStart, properties } = resolveOptions(options);
  const warn = warnOnce();
  const write = lineWriter({ namespace, service, lender }, warn);
  const routeOf = routeNamer(route, maxRoutes, warn);
  const dependencyName = dimensionValues(maxDependencies, (source) => {
    warn("dimension", "the name of a dependency must be 1 to 1024 printable ASCII characters", source);
    return "OTHER";
  });
  const mine = Symbol("midguard.metrics");

  /** Our measurement of this request; or the one that began last in this scene, of whichever request. */
  function measurementOf(noted: object): Measurement | undefined {
    return (noted as Noted)[mine];
  }

  function begin(request: Request, byPlugin: boolean, plugin?: unknown): Measurement | undefined {
    const invocation = enterInvocation(request, measured);
    if (invocation.invocation.rehearsal) return undefined;
    const known = measurementOf(request);
    if (known !== undefined) return known;
    let scene = sceneOf(invocation, tell);
    const last = measurementOf(scene);
    // A Middy handler nested in the one being measured: another request object, but the same client, counted once.
    if (last !== undefined && !last.settled && !scene.pinged) return undefined;
    // One after the other in one invocation: a test that uses a context object twice.
    if (last !== undefined || scene.pinged) scene = newScene(invocation, tell);
    const measurement: Measurement = {
      request,
      invocation,
      scene,
      event: request.event,
      startedAt: performance.now(),
      byPlugin,
      plugin,
      byHooks: false,
      failed: false,
      settled: false,
    };
    (request as object as Noted)[mine] = measurement;
    (scene as object as Noted)[mine] = measurement;
    return measurement;
  }

  function settle(measurement: Measurement, outcomeOf: (isApi: boolean) => Outcome): void {
    const { scene, invocation } = measurement;
    if (measurement.settled) return;
    measurement.settled = true;
    try {
      if (!scene.pinged) writeRequest(measurement, outcomeOf);
    } catch (error) {
      // An event or a response with a getter that throws.
      warn("line", "a request could not be read", error);
    }
    closeScene(scene, tell, invocation.invocation.requestId);
  }

  function writeRequest(
    { request, invocation, event, startedAt }: Measurement,
    outcomeOf: (isApi: boolean) => Outcome,
  ) {
    // Hundredths of a millisecond: what lies below is noise, and bytes.
    const latency = Math.round((performance.now() - startedAt) * 100) / 100;
    const api = request.event === event ? describe(request) : describeRequest(event);
    const { statusCode, fault, error } = outcomeOf(api !== undefined);
    const counted: Metric[] = [
      ["Latency", latency],
      ["Fault", fault ? 1 : 0],
      ["Error", error ? 1 : 0],
    ];
    if (coldStart && takeColdStart()) counted.push(["ColdStart", 1]);
    write({
      route: routeOf(event as TEvent, api),
      metrics: counted,
      requestId: invocation.invocation.requestId,
      statusCode,
      custom: properties && (() => properties(request as Request<TEvent>)),
    });
  }

  /** What happened beside the request: a line for the service, and one for each dependency that something happened to. */
  function tell(tally: Tally, requestId: string | undefined): void {
    for (const [source, counts] of tally) {
      const dependency = source === undefined ? undefined : dependencyName(source);
      write({ dependency, metrics: Object.entries(counts) as Metric[], requestId });
    }
  }

  function requestStart(this: unknown, request: Request): void {
    begin(request, true, this);
  }

  function metricsBefore(request: Request): void {
    const measurement = begin(request, false);
    if (measurement !== undefined) measurement.byHooks = true;
  }

  function metricsAfter(request: Request): void {
    const measurement = measurementOf(request);
    if (measurement?.byPlugin) return;
    if (measurement !== undefined) settle(measurement, (isApi) => outcomeOfResponse(isApi, request.response));
    leaveInvocation(request, measured);
  }

  function metricsOnError(request: Request): void {
    const measurement = measurementOf(request);
    if (measurement === undefined) {
      const invocation = enterInvocation(request, measured);
      const scene = sceneOf(invocation, tell);
      // A `before` further out has thrown, so nobody knows when the request began. What was told before is counted.
      if (measurementOf(scene) === undefined) closeScene(scene, tell, invocation.invocation.requestId);
    } else {
      measurement.failed = true;
      const answered = request.response !== undefined;
      // Middy calls requestEnd later, but not for a stream that has no answer.
      if (measurement.byPlugin && (answered || !isStreaming(measurement.plugin))) return;
      settle(measurement, (isApi) =>
        answered ? outcomeOfResponse(isApi, request.response) : outcomeOfError(isApi, request.error),
      );
    }
    leaveInvocation(request, measured);
  }

  function requestEnd(request: Request): void {
    const measurement = measurementOf(request);
    if (measurement !== undefined) {
      settle(measurement, (isApi) =>
        outcomeAtEnd(isApi, request, measurement, brokeOff(request.response) && isStreaming(measurement.plugin)),
      );
    }
    leaveInvocation(request, measured, true);
  }

  // The middleware's hooks cannot be enumerated, so that the object also passes for a plugin before Middy's own check
  // of plugins (`middyValidateOptions`), and a spread of it into a plugin takes along just what belongs there.
  const measured = Object.defineProperties<MeasuredObj<TEvent>>(
    { requestStart, requestEnd },
    { before: { value: metricsBefore }, after: { value: metricsAfter }, onError: { value: metricsOnError } },
  );
  listenFor(tell);
  return measured;
}
