import type { MidguardEvent } from "@midguard/kernel";

/** A level of Powertools Logger. */
export type LogLevel = "debug" | "info" | "warn" | "error";

type Type = MidguardEvent["type"];

/** The level of each type of event; `false` for no line. */
export type LogLevels = Readonly<Record<Type, LogLevel | false>>;

/**
 * Trouble is a warning, a change of state is information. What may happen with every request is for debugging:
 * Powertools leaves it out by default, and a flood of requests causes no flood of lines.
 */
export const defaultLevels: LogLevels = {
  "rate_limit.exceeded": "debug",
  "rate_limit.denied": "debug",
  "rate_limit.store_failed": "warn",
  "retry.scheduled": "debug",
  "retry.exhausted": "warn",
  "circuit.opened": "warn",
  "circuit.half_opened": "info",
  "circuit.closed": "info",
  "circuit.isolated": "warn",
  "circuit.rejected": "debug",
  "circuit.fleet_moved": "info",
  "circuit.store_failed": "warn",
  "warmup.pinged": "info",
};
