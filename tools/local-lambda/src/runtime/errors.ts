/** An error of the runtime, named as AWS's client names it. */
export function runtimeError(type: string, message: string): Error {
  const error = new Error(message);
  error.name = `Runtime.${type}`;
  return error;
}

export interface ErrorDocument {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** The document in which a runtime reports an error. */
export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
