import { isDimensionValue } from "./limits.ts";

/**
 * Limits the values of a dimension, because each value is a series of its own and CloudWatch bills by series. The first
 * `max` distinct values pass, later ones become `OTHER`.
 *
 * @param replace - Returns what stands for a value that CloudWatch would refuse.
 */
export function limitCardinality(max: number, replace: (value: unknown) => string): (value: unknown) => string {
  const seen = new Set<unknown>();
  return function limited(value) {
    if (seen.has(value)) return value as string;
    if (!isDimensionValue(value)) return replace(value);
    if (seen.size >= max) return "OTHER";
    seen.add(value);
    return value;
  };
}
