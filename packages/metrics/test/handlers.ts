import type { Handler } from "./install.ts";

/** Calls a handler and returns what it throws, too, as Lambda takes either. */
export async function invoke(handler: Handler, event?: unknown, context?: object): Promise<unknown> {
  try {
    return await handler(event, context);
  } catch (error) {
    return error;
  }
}

/** An error with a 4xx status, as an HTTP error library makes it. */
export class NotFound extends Error {
  readonly statusCode = 404;
}

/** A handler or hook that throws. */
export function fail(error: unknown): () => never {
  return () => {
    throw error;
  };
}
