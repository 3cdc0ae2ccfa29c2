import type { Limit } from "../../limits/limit.ts";

/** Whether two lists have the same numbers and windows in the same order: usually they are one list. */
export function sameLimits(some: readonly Limit[], others: readonly Limit[]): boolean {
  if (some === others) return true;
  if (some.length !== others.length) return false;
  return some.every((limit, index) => limit.id === others[index]?.id && limit.limit === others[index]?.limit);
}

/** The largest cost that all limits can hold. */
export function mostOf(limits: readonly Limit[]): number {
  return Math.min(...limits.map(({ limit }) => limit));
}
