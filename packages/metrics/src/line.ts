import { Emitter, type Labels } from "./emitter.ts";
import type { EventMetric } from "./from-events.ts";
import { type Identity, type IdentityOptions, readIdentity } from "./identity.ts";
import { isPropertyName, isPropertyValue, maxProperties } from "./limits.ts";
import type { Warn } from "./warn.ts";

/** The metrics of a request. */
type RequestMetric = "Latency" | "Fault" | "Error" | "ColdStart";
/** A metric and its value: `Latency` in ms, any other a count. */
export type Metric = readonly [name: RequestMetric | EventMetric, value: number];
type Property = readonly [name: string, value: string | number];

/** Names that a lent dimension or a property of the user's cannot have: they are taken on one of our lines. */
const reserved: ReadonlySet<string> = new Set<
  Metric[0] | "service" | "route" | "dependency" | "requestId" | "statusCode"
>([
  "Latency",
  "Fault",
  "Error",
  "ColdStart",
  "Throttled",
  "WarmupPing",
  "RetryAttempts",
  "RetryExhausted",
  "CircuitOpened",
  "CircuitRejected",
  "service",
  "route",
  "dependency",
  "requestId",
  "statusCode",
]);

/** One line of EMF. */
export interface Line extends Labels {
  readonly metrics: readonly Metric[];
  readonly requestId: string | undefined;
  readonly statusCode?: number | undefined;
  /** What the user adds to the properties: called with the line, trusted in nothing. */
  readonly custom?: (() => Readonly<Record<string, string | number>>) | undefined;
}

/**
 * Writes lines through a Powertools instance of its own, on which nobody else's dimensions or metrics can land. It is
 * filled and emptied in one tick, so that lines of overlapping invocations never mix. Whatever goes wrong, the request
 * goes on: the line is dropped, with one warning.
 */
export function lineWriter(options: IdentityOptions, warn: Warn): (line: Line) => void {
  let open: { readonly emitter: Emitter; readonly identity: Identity } | undefined;

  function start(): NonNullable<typeof open> {
    const identity = readIdentity(options, reserved, warn);
    const { namespace, service, dimensions } = identity;
    // Throws where AWS_LAMBDA_MAX_CONCURRENCY is set and the runtime has no InvokeStore.
    return { identity, emitter: new Emitter({ namespace, serviceName: service, defaultDimensions: dimensions }) };
  }

  function checked(custom: NonNullable<Line["custom"]>, { dimensions }: Identity): readonly Property[] {
    const kept: Property[] = [];
    try {
      for (const [name, value] of Object.entries(custom())) {
        const taken = reserved.has(name) || Object.hasOwn(dimensions, name);
        if (kept.length < maxProperties && !taken && isPropertyName(name) && isPropertyValue(value)) {
          kept.push([name, value]);
        } else {
          warn("property", "a property cannot be written and was dropped", name);
        }
      }
    } catch (error) {
      warn("property", "the option properties failed", error);
    }
    return kept;
  }

  return function write(line) {
    const { metrics, requestId, statusCode, custom } = line;
    try {
      open ??= start();
      const { emitter, identity } = open;
      // Before anything is filled in: this runs the user's code, and what that tells may be written at once.
      const properties = custom && checked(custom, identity);
      emitter.label(line);
      for (const [name, value] of metrics) {
        emitter.addMetric(name, name === "Latency" ? "Milliseconds" : "Count", value);
      }
      if (requestId !== undefined) addProperty(emitter, "requestId", requestId);
      if (statusCode !== undefined) addProperty(emitter, "statusCode", statusCode);
      if (properties !== undefined) for (const [name, value] of properties) addProperty(emitter, name, value);
      emitter.emit();
    } catch (error) {
      // What is half filled must not end up on the next line.
      open = undefined;
      warn("line", "a line could not be written", error);
    }
  };
}

/** Powertools types metadata as text, but writes any JSON: a number stays one, to be compared in Logs Insights. */
function addProperty(emitter: Emitter, name: string, value: string | number): void {
  emitter.addMetadata(name, value as string);
}
