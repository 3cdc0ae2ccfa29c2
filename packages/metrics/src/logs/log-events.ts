import { currentInvocation, type MidguardEvent, subscribe } from "@midguard/kernel";
import { callback, flag, oneOf, type Rule, readOptions, shape } from "@midguard/kernel/internal";
import { fieldsOf } from "./fields.ts";
import { defaultLevels, type LogLevel, type LogLevels } from "./levels.ts";

/** A Powertools `Logger`, by its shape: another one with the same methods is as good. */
export type EventLogger = {
  readonly [level in LogLevel]: (message: string, fields: Record<string, unknown>) => void;
};

/** Options of `logEvents`. */
export interface LogEventsOptions {
  /** Levels that differ from the defaults, by type of event; `false` for no line. @default {} */
  readonly levels?: Partial<LogLevels> | undefined;
  /**
   * Also logs what may be personal: messages of errors, and the keys that requests count under, which are addresses or
   * users.
   * @default false
   */
  readonly details?: boolean | undefined;
}

const level = oneOf("debug", "info", "warn", "error", false);
const levelRules = Object.fromEntries(Object.keys(defaultLevels).map((type) => [type, level])) as {
  readonly [type in keyof LogLevels]: Rule<LogLevels[type]>;
};

/**
 * Logs the events of all packages by a Powertools `Logger`: one structured line each, with the event's type as message,
 * its facts under `event`, and the request ID of the invocation. What the logger itself appends, such as a correlation
 * ID, is on the line too.
 *
 * Call it once, outside of the handler.
 *
 * @example
 * logEvents(new Logger({ serviceName: "orders" }), { levels: { "retry.scheduled": "info" } });
 *
 * @returns the function that ends it.
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function logEvents(logger: EventLogger, options: LogEventsOptions = {}): () => void {
  const methods = { debug: callback(), info: callback(), warn: callback(), error: callback() };
  shape<EventLogger>(methods, "a Powertools Logger")("logEvents: logger", logger);
  const { levels: given, details } = readOptions(
    "logEvents",
    options,
    { levels: shape<Partial<LogLevels>>({}), details: flag },
    { levels: {}, details: false },
  );
  const levels = readOptions("logEvents: levels", given, levelRules, defaultLevels);

  return subscribe(function logEvent(event: MidguardEvent) {
    // A type that a newer package publishes has no level yet.
    const chosen = levels[event.type] ?? false;
    if (chosen === false) return;
    logger[chosen](event.type, { requestId: currentInvocation()?.requestId, event: fieldsOf(event, details) });
  });
}
