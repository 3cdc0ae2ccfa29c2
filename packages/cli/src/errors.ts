import type { ExitCode } from "./exit-code.ts";

/** Why a command could not do its work: a sentence for people, and the exit code for scripts. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(cause === undefined ? message : `${message}: ${describeError(cause)}`, { cause });
    this.exitCode = exitCode;
  }
}

/** A mistake of the caller: a bad argument, a config that cannot be used. */
export function mistake(message: string, cause?: unknown): CommandError {
  return new CommandError(2, message, cause);
}

/** A store or AWS did not do what it was asked for. */
export function refusal(message: string, cause?: unknown): CommandError {
  return new CommandError(3, message, cause);
}

/** An error in one line. Node's error for a refused connection has a code, but no message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, code = name } = error as Error & { readonly code?: string };
  const text = message || code;
  return name === "Error" || text === name ? text : `${name}: ${text}`;
}
