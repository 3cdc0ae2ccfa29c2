import type { Request } from "@middy/core";
import type { RequestOutcome } from "@midguard/kernel";
import type { RequestDescription } from "@midguard/kernel/internal";
import { catalogueOf } from "./catalogue/catalogue.ts";
import { limitCardinality } from "./emf/cardinality.ts";
import { createEmfSink } from "./emf/sink.ts";
import type { EmitEvents } from "./events/tally.ts";
import type { ResolvedOptions } from "./options.ts";
import { takeFirstRequest } from "./process-state.ts";
import type { Counts, RequestRecord, Sink } from "./record.ts";
import { batchOf } from "./request/batch.ts";
import { isError, isFault } from "./request/fault.ts";
import { createRouteNamer } from "./request/route.ts";
import { createWarn } from "./warn.ts";

/** A request that has ended. */
interface FinishedRequest {
  readonly request: Request;
  /** The event that the request began with. */
  readonly event: unknown;
  /** What the event describes if it is an API request. */
  readonly api: RequestDescription | undefined;
  readonly requestId: string | undefined;
  readonly latencyMs: number;
  readonly outcome: RequestOutcome;
  /** Whether the function's timeout ended it, or is about to. */
  readonly isTimeout: boolean;
  /** Events of the service itself. */
  readonly counts: Counts;
}

/** Emits what one `metrics()` has measured. */
export interface Emitter {
  readonly emitRequest: (finished: FinishedRequest) => void;
  readonly emitEvents: EmitEvents;
  /** Sends what sinks have kept; `undefined` if none of them keeps anything. Never rejects. */
  readonly flush: ((limitMs: number) => Promise<void>) | undefined;
}

/**
 * Dependencies are named in code, one for each policy or breaker. This is for names that are made from a request's
 * data.
 */
const maxDependencies = 100;

/** The most memory that the process has had so far, in bytes, to the megabyte. */
function memoryUsed(): number {
  // In kilobytes on every system.
  return Math.round(process.resourceUsage().maxRSS / 1_024) * 1_048_576;
}

/** Makes the emitter of one `metrics()`. */
export function createEmitter<TEvent>(options: ResolvedOptions<TEvent>): Emitter {
  const { route, maxRoutes, coldStart, memory, properties } = options;
  const warn = createWarn();
  const emf = options.emf ? [createEmfSink(options, catalogueOf(options.names), warn)] : [];
  const sinks: readonly Sink[] = [...emf, ...options.sinks];
  const routeOf = createRouteNamer(route, maxRoutes, warn);
  const dependencyOf = limitCardinality(maxDependencies, (source) => {
    warn("dimension", "the name of a dependency must be 1 to 1024 printable ASCII characters", source);
    return "OTHER";
  });

  function toAll(emit: (sink: Sink) => void): void {
    for (const sink of sinks) {
      try {
        emit(sink);
      } catch (error) {
        warn("sink", "a sink failed", error);
      }
    }
  }

  function emitRequest(finished: FinishedRequest): void {
    const { request, event, api, requestId, latencyMs, outcome, isTimeout, counts } = finished;
    const first = coldStart ? takeFirstRequest() : undefined;
    const batch = api === undefined ? batchOf(event, outcome.response) : undefined;
    const hasBatchFailed = batch !== undefined && batch.failures > 0 && batch.failures === batch.records;
    const record: RequestRecord = {
      isApi: api !== undefined,
      latencyMs,
      isFault: hasBatchFailed || isFault(outcome),
      isError: isError(outcome),
      isTimeout,
      initMs: first?.initMs,
      memoryBytes: memory ? memoryUsed() : undefined,
      batchItemFailures: batch?.failures,
      counts,
      route: routeOf(event as TEvent, api),
      event,
      api,
      outcome,
      requestId,
      initializationType: first?.initializationType,
      properties: properties && (() => properties(request as Request<TEvent>)),
    };
    toAll((sink) => sink.emitRequest(record));
  }

  /** One record for the service, and one for each dependency. */
  const emitEvents: EmitEvents = (counts, requestId) => {
    for (const [source, ofSource] of counts) {
      const dependency = source === undefined ? undefined : dependencyOf(source);
      toAll((sink) => sink.emitEvents({ dependency, counts: ofSource, requestId }));
    }
  };

  const flushes = sinks.flatMap(({ flush }) => flush ?? []);
  async function flush(limitMs: number): Promise<void> {
    for (const result of await Promise.allSettled(flushes.map((send) => send(limitMs)))) {
      if (result.status === "rejected") warn("sink", "a sink failed", result.reason);
    }
  }

  return { emitRequest, emitEvents, flush: flushes.length === 0 ? undefined : flush };
}
