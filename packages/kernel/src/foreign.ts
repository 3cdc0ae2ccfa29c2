/** Reading foreign values: errors of any library, events, responses. */

/** Whether `value` is an object whose fields can be read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The field of a value that may be of any kind; `undefined` if it has none. Throws what a getter throws. */
function field(value: unknown, name: PropertyKey): unknown {
  return isRecord(value) || typeof value === "function"
    ? (value as Readonly<Record<PropertyKey, unknown>>)[name]
    : undefined;
}

/**
 * The field `name` of `value`, or the field `inner` of that; `undefined` if there is no such field.
 *
 * A getter or a proxy may throw: what cannot be read counts as absent, so that the caller's own value or error comes out
 * unchanged.
 *
 * @example
 * read(error, "$metadata", "httpStatusCode");
 */
export function read(value: unknown, name: PropertyKey, inner?: string): unknown {
  try {
    const found = field(value, name);
    return inner === undefined ? found : field(found, inner);
  } catch {
    return undefined;
  }
}

/** The text at the same place, or "" if there is none: a value that is no text may throw when it is made one. */
export function readText(value: unknown, name: string, inner?: string): string {
  const found = read(value, name, inner);
  return typeof found === "string" ? found : "";
}
