/** Throws `TypeError` if there is another option. */
export function noOthers(owner: string, others: object): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`${owner}: unknown option ${unknown}`);
}

/** Throws `TypeError` or `RangeError` unless the value is a number of at least `least`, or infinity. */
export function atLeast(option: string, value: unknown, least: number): void {
  if (typeof value !== "number") throw new TypeError(`${option} must be a number, got ${String(value)}`);
  if (!(value >= least)) throw new RangeError(`${option} must be at least ${least}, got ${value}`);
}

/** Throws `TypeError` or `RangeError` unless the value is a whole number of at least `least`. */
export function wholeNumber(option: string, value: unknown, least: number): void {
  atLeast(option, value, least);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${option} must be a whole number, got ${String(value)}`);
}

/** Throws `TypeError` unless the value is a non-empty string. */
export function text(option: string, value: unknown): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${option} must be a non-empty string, got ${String(value)}`);
  }
}

/** Throws `RangeError` unless the value is one of the allowed ones. */
export function oneOf(option: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) {
    const list = allowed.map((entry) => JSON.stringify(entry)).join(" or ");
    throw new RangeError(`${option} must be ${list}, got ${String(value)}`);
  }
}
