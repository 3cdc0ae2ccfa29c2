import { isRecord } from "../foreign.ts";
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

/**
 * Checks options by rules, one a line, and fills in the defaults. An explicit `undefined` means the default.
 *
 * @param owner - Stands first in every message: the factory's name.
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
): Filled<R, D> {
  if (!isRecord(options) || Array.isArray(options)) {
    return refuse(TypeError, `${owner}: options`, "an object", options);
  }
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, option)) throw new TypeError(`${owner}: unknown option ${option} (${show(value)})`);
  }
  const filled: Record<string, unknown> = { ...defaults };
  // Read by name, because options may be inherited, or getters of a class.
  for (const [option, rule] of Object.entries(rules)) {
    const value = options[option];
    if (value !== undefined || "required" in rule) filled[option] = rule(`${owner}: ${option}`, value);
  }
  return filled as Filled<R, D>;
}
