import { format as formatText } from "node:util";

interface Store {
  getRequestId(): string;
  getTenantId(): string | undefined;
}

const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
type Level = (typeof levels)[number];

/** Logs an error of the handler or of the init. */
export type LogError = (title: string, error: unknown) => void;

/**
 * Makes `console` write as on Lambda: text, or JSON if `AWS_LAMBDA_LOG_FORMAT` is `JSON`, from `AWS_LAMBDA_LOG_LEVEL` up.
 */
export function patchConsole(store: Store, env: NodeJS.ProcessEnv): LogError {
  const json = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  const least = Math.max(0, levels.indexOf(env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase() as Level));
  const line = json ? jsonLine : textLine;
  const method = (level: Level): ((message?: unknown, ...rest: unknown[]) => void) => {
    if (levels.indexOf(level) < least) return () => {};
    return (message, ...rest) => {
      // A record is one line, so a newline inside it is replaced.
      process.stdout.write(`${line(store, level, message, rest).replaceAll("\n", "\r")}\n`);
    };
  };
  Object.assign(console, {
    trace: method("TRACE"),
    debug: method("DEBUG"),
    info: method("INFO"),
    log: method("INFO"),
    warn: method("WARN"),
    error: method("ERROR"),
    fatal: method("FATAL"),
  });
  return (title, thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (json) console.error(error);
    else console.error(title, `\t${JSON.stringify(error, plainErrors)}`);
  };
}

function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { errorType: value.name, errorMessage: value.message, ...value, stack: value.stack?.split("\n") };
}

function textLine(store: Store, level: Level, message: unknown, rest: readonly unknown[]): string {
  return [new Date().toISOString(), store.getRequestId(), level, formatText(message, ...rest)].join("\t");
}

function jsonLine(store: Store, level: Level, message: unknown, rest: readonly unknown[]): string {
  const error = rest.find((value) => value instanceof Error);
  const tenantId = store.getTenantId();
  const record = {
    timestamp: new Date().toISOString(),
    level,
    requestId: store.getRequestId(),
    ...(tenantId && { tenantId }),
    message: rest.length === 0 ? message : formatText(message, ...rest),
    ...(error && errorFields(error)),
  };
  try {
    return JSON.stringify(record, (_key, value) =>
      value instanceof Error ? { ...errorFields(value), ...value } : value,
    );
  } catch {
    return JSON.stringify({ ...record, message: formatText(message) });
  }
}

function errorFields(error: Error): object {
  return { errorType: error.constructor.name, errorMessage: error.message, stackTrace: error.stack?.split("\n") ?? [] };
}
