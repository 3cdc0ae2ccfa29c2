import { checkInteger } from "@midguard/kernel/internal";

/** What every kind of limit has. */
export interface LimitBase {
  /** The name in headers, error responses and events: `10-per-1s`, or as given. */
  readonly name: string;
  /**
   * What stores count it under: the given name and the window, never the number. So a changed number keeps its count,
   * and a changed window or name starts a new one.
   */
  readonly id: string;
  /** The most that it can hold. */
  readonly limit: number;
}

const maxNameLength = 64;
/** Counts fit 31 bits, and so any store's integers. */
const maxLimit = 1_000_000_000;

/** A whole number from 1 to a billion. */
export function checkLimit(option: string, limit: unknown): number {
  return checkInteger(option, limit, 1, maxLimit);
}

/**
 * The name and the id of a limit. A name goes into a header as a structured-field string (RFC 9651, 3.3.3), so it is
 * printable ASCII.
 */
export function nameLimit(
  given: string | undefined,
  window: string,
  fallback: string,
): { readonly name: string; readonly id: string } {
  if (given === undefined) return { name: fallback, id: window };
  if (!/^[\x20-\x7e]+$/.test(given) || given.length > maxNameLength) {
    throw new RangeError(`name must be 1 to ${maxNameLength} printable ASCII characters, got ${JSON.stringify(given)}`);
  }
  return { name: given, id: `${given}/${window}` };
}
