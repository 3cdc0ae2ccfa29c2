/** Option checks. Each throws an error that names the option and the value given, or gives the value back. */

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : "an object";
}

/** Throws a `TypeError` unless `options` is a plain object that has no other keys than `known`. */
export function checkKeys(owner: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner}: options must be an object, got ${show(options)}`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) throw new TypeError(`${owner}: unknown option ${key} (${show(value)})`);
  }
}

/** A number in `[min, max]`; `TypeError` for another type, `RangeError` for NaN or out of range. */
export function checkNumber(option: string, value: unknown, min: number, max: number = Infinity): number {
  if (typeof value !== "number") throw new TypeError(`${option} must be a number, got ${show(value)}`);
  if (!(value >= min && value <= max)) {
    const range = max === Infinity ? `at least ${min}` : `between ${min} and ${max}`;
    throw new RangeError(`${option} must be ${range}, got ${value}`);
  }
  return value;
}

/** A whole number in `[min, max]`, that no arithmetic rounds. */
export function checkInteger(option: string, value: unknown, min: number, max: number = 2 ** 53 - 1): number {
  const number = checkNumber(option, value, min, max);
  if (!Number.isInteger(number)) throw new RangeError(`${option} must be a whole number, got ${number}`);
  return number;
}

const kinds = { string: "a non-empty string", boolean: "a boolean", function: "a function", object: "an object" };

/** A value of the given `typeof` (an empty string and `null` are refused). */
export function checkType<T>(option: string, value: T, type: keyof typeof kinds): T {
  if (typeof value === type && value !== null && value !== "") return value;
  throw new TypeError(`${option} must be ${kinds[type]}, got ${show(value)}`);
}

/** One of `allowed`. */
export function checkOneOf<T>(option: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new RangeError(`${option} must be one of ${allowed.map(show).join(", ")}, got ${show(value)}`);
  }
  return value;
}
