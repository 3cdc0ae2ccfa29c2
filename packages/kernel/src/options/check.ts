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
  if (value instanceof Promise) return "a promise";
  return Object(value) === value ? nounOf(typeOf(value)) : String(value);
}

function ignore(): void {}

function refuse(option: string, wanted: string, value: unknown, Refusal: ErrorConstructor = TypeError): never {
  // Nobody waits for it any more: it must not end the process if it fails, too.
  if (value instanceof Promise) value.catch(ignore);
  throw new Refusal(`${option} must be ${wanted}, got ${show(value)}`);
}

/** A value of the given type (an empty string, `null` and, for an object, an array are refused). */
export function checkType<T>(option: string, value: T, type: Type): T {
  if (typeOf(value) === type && value !== "") return value;
  return refuse(option, type === "string" ? "a non-empty string" : nounOf(type), value);
}

type Options = Record<string, unknown>;

/** Stands for functions where `checkOptions` is told what options are like. */
export const someFunction = Function.prototype as () => never;

/** Stands for abort signals there: by its shape, since one of another realm is as good. */
export const signalLike = {
  addEventListener: someFunction as unknown,
  removeEventListener: someFunction as unknown,
} as AbortSignal;

/** A value of the type of `model`, with members of the types of its members; any value where that is `undefined`. */
export function checkLike<T>(option: string, value: T, model: unknown): T {
  if (model === undefined) return value;
  const type = typeOf(model);
  checkType(option, value, type);
  for (const [member, part] of type === "object" ? Object.entries(model as object) : []) {
    checkType(`${option}.${member}`, value[member as keyof T], typeOf(part));
  }
  return value;
}

/**
 * `defaults`, changed to `options` where those are given. There may be no other options than those in `defaults` and in
 * `models`, which holds those without a default; all must be like what stands there for them.
 */
export function checkOptions<D extends Options, M extends Options = Record<never, never>>(
  owner: string,
  options: object,
  defaults: D,
  models?: M,
): D & Partial<M> {
  const known: Options = { ...models, ...defaults };
  const filled: Options = { ...defaults };
  for (const [option, value] of Object.entries(checkType(`${owner}: options`, options, "object"))) {
    if (!Object.hasOwn(known, option)) throw new TypeError(`${owner}: unknown option ${option} (${show(value)})`);
  }
  // Read by name, for options may be inherited, or getters of a class.
  for (const [option, model] of Object.entries(known)) {
    const value = (options as Options)[option];
    if (value !== undefined) filled[option] = checkLike(option, value, model);
  }
  return filled as D & Partial<M>;
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

/** What a callback of the user's has given: not a promise, which would count as `true`, whatever it comes to. */
export function checkSync<T>(callback: string, value: T): T {
  return value instanceof Promise ? refuse(callback, "no async function", value) : value;
}

/** One of `allowed`. */
export function checkOneOf<T>(option: string, value: T, allowed: readonly T[]): T {
  return allowed.includes(value) ? value : refuse(option, `one of ${allowed.map(show).join(", ")}`, value, RangeError);
}
