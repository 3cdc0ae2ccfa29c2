export type { LogLevel, LogLevels } from "./levels.ts";
export { type EventLogger, type LogEventsOptions, logEvents } from "./log-events.ts";
