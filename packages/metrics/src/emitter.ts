import type { Request } from "@middy/core";
import type { RequestOutcome } from "@midguard/kernel";
import type { RequestDescription } from "@midguard/kernel/internal";
import { batchOf } from "./batch.ts";
import { limitCardinality } from "./cardinality.ts";
import { catalogueOf } from "./catalogue/catalogue.ts";
import { createEmfSink } from "./emf-sink.ts";
import type { EmitEvents } from "./event-tally.ts";
import { isError, isFault } from "./fault.ts";
import type { ResolvedOptions } from "./options.ts";
import { takeColdStart } from "./process-state.ts";
import { createRouteNamer } from "./route.ts";
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
}

/** Emits what one `metrics()` has measured. */
export interface Emitter {
  readonly emitRequest: (finished: FinishedRequest) => void;
  readonly emitEvents: EmitEvents;
}

/** Dependencies are named in code, one for each policy or breaker. This is for names that are made from a request's data. */
const maxDependencies = 100;

/** Makes the emitter of one `metrics()`. */
export function createEmitter<TEvent>(options: ResolvedOptions<TEvent>): Emitter {
  const { route, maxRoutes, coldStart, properties } = options;
  const warn = createWarn();
  const sink = createEmfSink(options, catalogueOf(options.names), warn);
  const routeOf = createRouteNamer(route, maxRoutes, warn);
  const dependencyOf = limitCardinality(maxDependencies, (source) => {
    warn("dimension", "the name of a dependency must be 1 to 1024 printable ASCII characters", source);
    return "OTHER";
  });

  function emitRequest({ request, event, api, requestId, latencyMs, outcome }: FinishedRequest): void {
    const isColdStart = coldStart && takeColdStart();
    const batch = api === undefined ? batchOf(event, outcome.response) : undefined;
    const hasBatchFailed = batch !== undefined && batch.failures > 0 && batch.failures === batch.records;
    const facts = {
      isApi: api !== undefined,
      latencyMs,
      isFault: hasBatchFailed || isFault(outcome),
      isError: isError(outcome),
      isColdStart,
      batchItemFailures: batch?.failures,
    };
    sink.emitRequest({
      facts,
      route: routeOf(event as TEvent, api),
      event,
      api,
      outcome,
      requestId,
      properties: properties && (() => properties(request as Request<TEvent>)),
    });
  }

  /** One record for the service, and one for each dependency. */
  const emitEvents: EmitEvents = (counts, requestId) => {
    for (const [source, ofSource] of counts) {
      const dependency = source === undefined ? undefined : dependencyOf(source);
      sink.emitEvents({ dependency, counts: ofSource, requestId });
    }
  };

  return { emitRequest, emitEvents };
}
