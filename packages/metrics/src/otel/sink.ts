import { systemClock } from "@midguard/kernel";
import { callback, readOptions, refuse, shape, startTimer, wholeNumber } from "@midguard/kernel/internal";
import type { Attributes, Meter, MeterProvider } from "@opentelemetry/api";
import { catalogueOf } from "../catalogue/catalogue.ts";
import type { MetricId } from "../catalogue/metric.ts";
import { otelFields } from "../catalogue/vocabulary.ts";
import { limitCardinality } from "../emf/cardinality.ts";
import type { Counts, EventRecord, RequestRecord, Sink } from "../record.ts";
import { errorTypeOf, methodOf, schemeOf, triggerOf } from "../request/attributes.ts";
import { makeInstruments } from "./instruments.ts";

/** A provider of the SDK, which can be flushed. */
export interface FlushableProvider extends MeterProvider {
  forceFlush(options?: { timeoutMillis?: number }): Promise<void>;
}

/** Options of `otelSink()`: a provider or a meter. */
export interface OtelSinkOptions {
  /**
   * The SDK's `MeterProvider`. It is flushed before the answer of each request, because Lambda then freezes the
   * process.
   */
  provider?: FlushableProvider | undefined;
  /** A meter. Its owner flushes: the layer of ADOT, for instance. */
  meter?: Meter | undefined;
  /** How long a flush may delay an answer, in ms; never beyond the function's timeout. @default 1000 */
  flushTimeoutMs?: number | undefined;
}

const rules = {
  provider: shape<FlushableProvider>({ getMeter: callback(), forceFlush: callback() }, "a MeterProvider of the SDK"),
  meter: shape<Meter>({ createHistogram: callback(), createCounter: callback() }, "a Meter"),
  flushTimeoutMs: wholeNumber({ min: 1 }),
};

const catalogue = catalogueOf("otel");
const names = { ...catalogue.vocabulary.dimensions, ...otelFields };
/** Metrics that have the answer as attributes, too: the request's durations. */
const answered: ReadonlySet<MetricId> = new Set(["latency", "eventLatency"]);
/** Names of errors come from code, one for each class. This is for names that are made from a request's data. */
const maxErrorTypes = 100;

/** Sends what the provider has kept. Rejects if it takes longer than `limitMs`. */
function flushWithin(provider: FlushableProvider, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = new Error(`the provider did not flush within ${limitMs} ms`);
    const stopTimer = startTimer(systemClock, limitMs, () => reject(late));
    provider.forceFlush({ timeoutMillis: limitMs }).then(resolve, reject).finally(stopTimer);
  });
}

/**
 * Makes a sink that feeds an OpenTelemetry meter, in the semantic conventions and in seconds: `http.server.request.duration` with
 * `http.request.method`, `http.route`, `http.response.status_code` and `error.type`, and the metrics of cold starts,
 * timeouts, calls and events. Give it to `metrics({ sinks: [...] })`.
 *
 * The names are OpenTelemetry's, whatever the option `names` of `metrics()` says. The service is an attribute of the
 * provider's resource.
 *
 * @throws TypeError or RangeError for a wrong option, and if there are both a provider and a meter, or neither.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 *
 * @example
 * const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() });
 * const provider = new MeterProvider({ readers: [reader] });
 * const measured = metrics({ namespace: "Shop", sinks: [otelSink({ provider })] });
 */
export function otelSink(options: OtelSinkOptions): Sink {
  const { provider, meter, flushTimeoutMs } = readOptions("otelSink", options, rules, { flushTimeoutMs: 1_000 });
  if ((provider === undefined) === (meter === undefined)) {
    refuse(TypeError, "otelSink: options", "either a provider or a meter", options);
  }
  const instruments = makeInstruments(
    meter ?? (provider as FlushableProvider).getMeter("@midguard/metrics"),
    catalogue,
  );
  // Every type is a valid value.
  const limitedErrorType = limitCardinality(maxErrorTypes, String);

  function recordCounts(counts: Counts, attributes: Attributes): void {
    for (const [id, count] of counts) {
      for (const value of [count].flat()) instruments.get(id)?.(value, attributes);
    }
  }

  function emitRequest(record: RequestRecord): void {
    const origin = originAttributes(record);
    const errorType = errorTypeOf(record);
    const attributes = { ...origin, ...answerAttributes(record) };
    if (errorType !== undefined) attributes[names.errorType] = limitedErrorType(errorType);
    for (const { id, definition } of catalogue.requestMetrics) {
      const value = definition.valueOf(record, catalogue.preset);
      if (value !== undefined) instruments.get(id)?.(value, answered.has(id) ? attributes : origin);
    }
    recordCounts(record.counts, origin);
  }

  function emitEvents({ dependency, counts }: EventRecord): void {
    recordCounts(counts, dependency === undefined ? {} : { [names.dependency]: dependency });
  }

  if (provider === undefined) return { emitRequest, emitEvents };
  const flush = (limitMs: number): Promise<void> => flushWithin(provider, Math.min(limitMs, flushTimeoutMs));
  return { emitRequest, emitEvents, flush };
}

/** Where a request came from. */
function originAttributes({ api, route, event }: RequestRecord): Attributes {
  if (api === undefined) return { [names.trigger]: triggerOf(event) };
  const method = { [names.method]: methodOf(api) };
  // Without a template there is no attribute.
  return route === "UNMATCHED" ? method : { ...method, [names.route]: catalogue.vocabulary.routeOf(route) };
}

/** What the client got. */
function answerAttributes({ api, outcome: { statusCode } }: RequestRecord): Attributes {
  return {
    ...(api !== undefined && { "url.scheme": schemeOf(api) }),
    ...(statusCode !== undefined && { [names.statusCode]: statusCode }),
  };
}
