import type { RequestOutcome } from "@midguard/kernel";
import type { RequestDescription } from "@midguard/kernel/internal";
import type { MetricId, RequestFacts } from "./catalogue/metric.ts";
import type { ReadProperties } from "./emf/properties.ts";

/** By metric how many events there were, or the values of calls. */
export type Counts = ReadonlyMap<MetricId, number | readonly number[]>;

/** A finished request, in no vocabulary. */
export interface RequestRecord extends RequestFacts {
  /** Events of the service itself. */
  readonly counts: Counts;
  /** The template, or the origin of an event that is no API request. */
  readonly route: string;
  /** The event that the request began with. */
  readonly event: unknown;
  /** What the event describes if it is an API request. */
  readonly api: RequestDescription | undefined;
  readonly outcome: RequestOutcome;
  readonly requestId: string | undefined;
  /** How the environment was started, on its first request. */
  readonly initializationType: string | undefined;
  readonly properties: ReadProperties | undefined;
}

/** Events that belong together: those of one dependency, or of the service itself. */
export interface EventRecord {
  readonly dependency: string | undefined;
  readonly counts: Counts;
  readonly requestId: string | undefined;
}

/** Takes what was measured out of the function. */
export interface Sink {
  readonly emitRequest: (record: RequestRecord) => void;
  readonly emitEvents: (record: EventRecord) => void;
  /**
   * Sends what it has kept, in at most `limitMs`. Awaited before the answer of a request, because the process is frozen
   * after that.
   */
  readonly flush?: (limitMs: number) => Promise<void>;
}
