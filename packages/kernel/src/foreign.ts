/** Reading foreign values: errors of any library, events, responses. */

/** Whether `value` is an object whose fields can be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/**
 * The value at the end of `path`, or `undefined` if there is no such value.
 *
 * A getter or a proxy may throw: what cannot be read counts as absent, so that the caller's own value or error comes out
 * unchanged.
 *
 * @example
 * read(error, "$metadata", "httpStatusCode");
 */
export function read(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  try {
    for (const name of path) {
      if (!isRecord(found) && typeof found !== "function") return undefined;
      found = (found as Readonly<Record<string, unknown>>)[name];
    }
  } catch {
    return undefined;
  }
  return found;
}

/** The text at the end of `path`, or "" where there is none: a value that is no text may throw when it is made one. */
export function readText(value: unknown, ...path: readonly string[]): string {
  const found = read(value, ...path);
  return typeof found === "string" ? found : "";
}
