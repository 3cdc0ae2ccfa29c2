import { currentInvocation, type Invocation } from "@midguard/kernel";

/** What a policy leaves of an invocation's time for the answer, in ms, where `retry()` says nothing else. */
export const defaultReserveMs = 100;

interface Reserves {
  readonly byInvocation: WeakMap<Invocation, number>;
  /** No invocation has a larger reserve. */
  largestMs: number;
}

// Under a registered symbol, so that two bundled copies of this package agree.
const registry = globalThis as { [key: symbol]: Reserves | undefined };
const key = Symbol.for("midguard.retry.reserves.1");
registry[key] ??= { byInvocation: new WeakMap(), largestMs: defaultReserveMs };
const reserves: Reserves = registry[key];

/** Keeps `reserveMs` of the invocation's time free of attempts. The first to ask decides: nested handlers share it. */
export function setReserve(invocation: Invocation, reserveMs: number): void {
  if (reserves.byInvocation.has(invocation)) return;
  reserves.byInvocation.set(invocation, reserveMs);
  reserves.largestMs = Math.max(reserves.largestMs, reserveMs);
}

/** The reserve of the current invocation, in ms. */
export function reserveMs(): number {
  const invocation = currentInvocation();
  return (invocation && reserves.byInvocation.get(invocation)) ?? defaultReserveMs;
}

/**
 * Whether some of `leftMs` is no reserve. Looking up the invocation reads the clock, which costs as much as a bare async
 * call; with more time left than the largest of all reserves there is no need to know which one it is.
 */
export function exceedsReserve(leftMs: number): boolean {
  return leftMs > reserves.largestMs || leftMs > reserveMs();
}
