import type { Invocation } from "@midguard/kernel";

/** What a policy leaves of an invocation's time for the answer, in ms, where `retry()` says nothing else. */
export const defaultReserveMs = 100;

// Under a registered symbol, so that two bundled copies of this package agree.
const registry = globalThis as { [key: symbol]: WeakMap<Invocation, number> | undefined };
const key = Symbol.for("midguard.retry.reserves.1");
registry[key] ??= new WeakMap();
const reserves: WeakMap<Invocation, number> = registry[key];

/** Keeps `reserveMs` of the invocation's time free of attempts. The first to ask decides: nested handlers share it. */
export function setReserve(invocation: Invocation, reserveMs: number): void {
  if (!reserves.has(invocation)) reserves.set(invocation, reserveMs);
}

/** The reserve of an invocation, in ms. */
export function reserveMs(invocation: Invocation | undefined): number {
  return (invocation && reserves.get(invocation)) ?? defaultReserveMs;
}
