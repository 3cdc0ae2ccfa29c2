import { type Rule, textLike, wholeNumber } from "@midguard/kernel/internal";

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

/** How much a limit can hold. Counts fit 31 bits, and so any store's integers. */
export const limitRule: Rule<number> = wholeNumber({ min: 1, max: 1_000_000_000 });

/** A name goes into a header as a structured-field string (RFC 9651, 3.3.3), so it is printable ASCII. */
export const limitNameRule: Rule<string> = textLike(/^[\x20-\x7e]{1,64}$/, "1 to 64 printable ASCII characters");

/** The name and the id of a limit. */
export function nameLimit(
  given: string | undefined,
  window: string,
  fallback: string,
): { readonly name: string; readonly id: string } {
  if (given === undefined) return { name: fallback, id: window };
  return { name: given, id: `${given}/${window}` };
}
