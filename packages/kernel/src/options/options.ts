import { isThenable } from "../callback.ts";
import { isRecord } from "../foreign.ts";
import { printable } from "../printable.ts";
import { nearest } from "./nearest.ts";
import { type RequiredRule, type Rule, refuse, show } from "./rules.ts";

type Rules = Readonly<Record<string, Rule<unknown>>>;
type ValueOf<R> = R extends Rule<infer T> ? T : never;
type Values<R extends Rules> = { readonly [option in keyof R]: ValueOf<R[option]> };
/** Options that are always there once filled in: those with a default, and those that must be given. */
type Present<R extends Rules, D> =
  | (keyof D & keyof R)
  | { [option in keyof R]: R[option] extends RequiredRule<unknown> ? option : never }[keyof R];

/** Options after checking: with their defaults filled in. An option without a default may be `undefined`. */
export type Filled<R extends Rules, D> = { readonly [option in Present<R, D>]: Values<R>[option] } & {
  readonly [option in Exclude<keyof R, Present<R, D>>]: Values<R>[option] | undefined;
};

/** What to write instead of options that belong elsewhere, by their names: `an option of createRetry()`. */
export type Hints = Readonly<Record<string, string>>;

/** Hints for the options of another factory. */
export function optionsOf(factory: string, ...names: readonly string[]): Hints {
  return Object.fromEntries(names.map((name) => [name, `it is an option of ${factory}`]));
}

function unknownOption(owner: string, option: string, value: unknown, rules: Rules, hints: Hints): TypeError {
  const message = `${owner}: unknown option ${printable(option)} (${show(value)})`;
  if (Object.hasOwn(hints, option)) return new TypeError(`${message}: ${hints[option]}`);
  const similar = nearest(option, [...Object.keys(rules), ...Object.keys(hints)]);
  if (similar === undefined) return new TypeError(message);
  const isOther = !Object.hasOwn(rules, similar);
  return new TypeError(`${message}: did you mean ${similar}?${isOther ? ` ${hints[similar]}` : ""}`);
}

/**
 * Checks options by rules, one a line, and fills in the defaults. An explicit `undefined` means the default.
 *
 * @param owner - Stands first in every message: the factory's name.
 * @param hints - Help for options that are known to be mistaken for others. Without one the nearest option is suggested.
 * @throws TypeError or RangeError naming owner, option and value; also for an option that no rule knows.
 *
 * @example
 * const { name, maxRetries } = readOptions("createRetry", options, { name: text, maxRetries: wholeNumber() }, { maxRetries: 3 });
 */
export function readOptions<R extends Rules, D extends Partial<Values<R>> = Record<never, never>>(
  owner: string,
  options: unknown,
  rules: R,
  defaults?: D,
  hints: Hints = {},
): Filled<R, D> {
  if (!isRecord(options) || Array.isArray(options) || isThenable(options)) {
    return refuse(TypeError, `${owner}: options`, "an object", options);
  }
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, option)) throw unknownOption(owner, option, value, rules, hints);
  }
  const filled: Record<string, unknown> = { ...defaults };
  // Read by name, because options may be inherited, or getters of a class.
  for (const [option, rule] of Object.entries(rules)) {
    const value = options[option];
    if (value !== undefined || "required" in rule) filled[option] = rule(`${owner}: ${option}`, value);
  }
  return filled as Filled<R, D>;
}
