/** Option checks. Each throws an error that names the option and the value given, or gives the value back. */

type Type = "null" | "array" | "undefined" | "string" | "number" | "boolean" | "function" | "object";

function typeOf(value: unknown): Type {
  return Array.isArray(value) ? "array" : value === null ? "null" : (typeof value as Type);
}

function nounOf(type: Type): string {
  return `${/^[ao]/.test(type) ? "an" : "a"} ${type}`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object(value) === value ? nounOf(typeOf(value)) : String(value);
}

function refuse(option: string, wanted: string, value: unknown, Refusal: ErrorConstructor = TypeError): never {
  throw new Refusal(`${option} must be ${wanted}, got ${show(value)}`);
}

/** A value of the given type (an empty string, `null` and, for an object, an array are refused). */
export function checkType<T>(option: string, value: T, type: Type): T {
  if (typeOf(value) === type && value !== "") return value;
  return refuse(option, type === "string" ? "a non-empty string" : nounOf(type), value);
}

/** A value of the type of `model`, with members of the types of its members. */
export function checkLike<T>(option: string, value: T, model: object | string | number | boolean): T {
  const type = typeOf(model);
  checkType(option, value, type);
  for (const [member, part] of type === "object" ? Object.entries(model) : []) {
    checkType(`${option}.${member}`, value[member as keyof T], typeOf(part));
  }
  return value;
}

/** Throws a `TypeError` unless `options` is a plain object that has no other keys than `known`. */
export function checkKeys(owner: string, options: object, known: readonly string[]): void {
  for (const [key, value] of Object.entries(checkType(`${owner}: options`, options, "object"))) {
    if (!known.includes(key)) throw new TypeError(`${owner}: unknown option ${key} (${show(value)})`);
  }
}

/**
 * `defaults`, changed to `options` where those are given. They may have no other keys, and only values like the defaults;
 * where a default is `undefined`, any.
 */
export function checkOptions<T extends object>(owner: string, options: object, defaults: T): T {
  checkKeys(owner, options, Object.keys(defaults));
  const filled = defaults as Record<string, object | undefined>;
  for (const [option, value] of Object.entries(options)) {
    const model = filled[option];
    if (value !== undefined) filled[option] = model === undefined ? value : checkLike(option, value, model);
  }
  return defaults;
}

/** A number in `[min, max]`; `TypeError` for another type, `RangeError` for NaN or out of range. */
export function checkNumber(option: string, value: unknown, min: number, max: number = Infinity): number {
  const number = checkType(option, value, "number") as number;
  if (number >= min && number <= max) return number;
  return refuse(option, max === Infinity ? `at least ${min}` : `between ${min} and ${max}`, value, RangeError);
}

/** A whole number in `[min, max]`, that no arithmetic rounds. */
export function checkInteger(option: string, value: unknown, min: number, max: number = 2 ** 53 - 1): number {
  const number = checkNumber(option, value, min, max);
  return Number.isInteger(number) ? number : refuse(option, "a whole number", value, RangeError);
}

/** One of `allowed`. */
export function checkOneOf<T>(option: string, value: T, allowed: readonly T[]): T {
  return allowed.includes(value) ? value : refuse(option, `one of ${allowed.map(show).join(", ")}`, value, RangeError);
}
