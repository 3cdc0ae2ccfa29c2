import { handleRejection, isThenable } from "../callback.ts";
import { isRecord } from "../foreign.ts";
import { printable } from "../printable.ts";

/**
 * What an option must be. Gives the value back, or throws: a `TypeError` for a wrong type, a `RangeError` for a value out
 * of range. `name` stands first in the message, owner and option: `createRetry: maxRetries`.
 */
export type Rule<T> = (name: string, value: unknown) => T;

/** A rule for an option that has no default and must be given. */
export interface RequiredRule<T> extends Rule<T> {
  readonly required: true;
}

/** How a value is shown in an error: text and numbers as they are, of anything else its type. */
export function show(value: unknown): string {
  if (typeof value === "string") return printable(JSON.stringify(value));
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value === "function") return "a function";
  if (isRecord(value)) return isThenable(value) ? "a promise" : "an object";
  return String(value);
}

/** Throws an error which says that `name` must be `wanted`, and shows `value`. */
export function refuse(Refusal: ErrorConstructor, name: string, wanted: string, value: unknown): never {
  handleRejection(value);
  throw new Refusal(`${name} must be ${wanted}, got ${show(value)}`);
}

/** A rule by type alone. */
function ofType<T>(wanted: string, isType: (value: unknown) => boolean): Rule<T> {
  return (name, value) => (isType(value) ? (value as T) : refuse(TypeError, name, wanted, value));
}

function range(noun: string, min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `${noun} of at least ${min}` : `${noun} between ${min} and ${max}`;
}

/** Bounds of a number, both included. */
interface Bounds {
  /** @default 0 */
  readonly min?: number;
  /** @default none */
  readonly max?: number;
}

/** A number in the bounds, `Infinity` included if there is no maximum; never `NaN`. */
export function number({ min = 0, max = Infinity }: Bounds = {}): Rule<number> {
  return (name, value) => {
    if (typeof value !== "number") return refuse(TypeError, name, "a number", value);
    return value >= min && value <= max ? value : refuse(RangeError, name, range("a number", min, max), value);
  };
}

/** A whole number in the bounds that arithmetic does not round. */
export function wholeNumber({ min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {}): Rule<number> {
  const wanted = range("a whole number", min, max);
  return (name, value) => {
    if (typeof value !== "number") return refuse(TypeError, name, wanted, value);
    const isValid = Number.isSafeInteger(value) && value >= min && value <= max;
    return isValid ? value : refuse(RangeError, name, wanted, value);
  };
}

/** A share of a whole: above 0, up to 1. */
export const share: Rule<number> = (name, value) => {
  if (typeof value !== "number") return refuse(TypeError, name, "a number", value);
  return value > 0 && value <= 1 ? value : refuse(RangeError, name, "above 0 and at most 1", value);
};

/** Text that is not empty. */
export const text: Rule<string> = ofType("a non-empty string", (value) => typeof value === "string" && value !== "");

/** Text of a certain form; `wanted` describes it. */
export function textLike(pattern: RegExp, wanted: string): Rule<string> {
  return (name, value) => {
    if (typeof value !== "string") return refuse(TypeError, name, wanted, value);
    return pattern.test(value) ? value : refuse(RangeError, name, wanted, value);
  };
}

export const flag: Rule<boolean> = ofType("a boolean", (value) => typeof value === "boolean");

/** An array, of anything. */
export function list<T>(): Rule<readonly T[]> {
  return ofType("an array", Array.isArray);
}

/** A function; `wanted` may name some. Its result is checked at each call. */
// biome-ignore lint/suspicious/noExplicitAny: any function will do; the option's own type says which.
export function callback<F extends (...args: any[]) => unknown>(wanted: string = "a function"): Rule<F> {
  return ofType(wanted, (value) => typeof value === "function");
}

/** One of a few values. */
export function oneOf<const T extends readonly unknown[]>(...allowed: T): Rule<T[number]> {
  const wanted = `one of ${allowed.map(show).join(", ")}`;
  return (name, value) => (allowed.includes(value) ? value : refuse(RangeError, name, wanted, value));
}

/**
 * An object by its shape, because an instance of another copy of its class is as good: each member is checked.
 *
 * @param wanted - Describes the object, or names its factories.
 */
export function shape<T extends object>(
  members: { readonly [member in keyof T]?: Rule<unknown> },
  wanted: string = "an object",
): Rule<T> {
  return (name, value) => {
    if (!isRecord(value) || Array.isArray(value)) return refuse(TypeError, name, wanted, value);
    for (const [member, rule] of Object.entries(members)) (rule as Rule<unknown>)(`${name}.${member}`, value[member]);
    return value as T;
  };
}

/** An abort signal by its shape: one of another realm is as good. */
export const abortSignal: Rule<AbortSignal> = ofType(
  "an AbortSignal",
  (value) =>
    isRecord(value) && typeof value.addEventListener === "function" && typeof value.removeEventListener === "function",
);

/** A value that is checked elsewhere. */
export function anything<T>(): Rule<T> {
  return (_name, value) => value as T;
}

/** Refuses `undefined` too: the option must be given. */
export function required<T>(rule: Rule<T>): RequiredRule<T> {
  return Object.assign((name: string, value: unknown) => rule(name, value), { required: true } as const);
}
