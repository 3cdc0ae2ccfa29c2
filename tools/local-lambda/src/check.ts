/** Throws `TypeError` where options hold a key that nobody reads. */
export function noOthers(where: string, others: object): void {
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) throw new TypeError(`${where}: unknown option ${stranger}`);
}

/** Throws unless the value is a number of at least `least`; infinity is one. */
export function atLeast(option: string, value: unknown, least: number): void {
  if (typeof value !== "number") throw new TypeError(`${option} must be a number, got ${String(value)}`);
  if (!(value >= least)) throw new RangeError(`${option} must be at least ${least}, got ${value}`);
}

/** Throws `TypeError` unless the value is a text with something in it. */
export function text(option: string, value: unknown): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${option} must be a non-empty string, got ${String(value)}`);
  }
}

/** Throws `RangeError` unless the value is one of these. */
export function oneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) {
    const list = allowed.map((entry) => JSON.stringify(entry)).join(" or ");
    throw new RangeError(`${option} must be ${list}, got ${String(value)}`);
  }
}
