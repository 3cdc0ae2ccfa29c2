import type { Invocation } from "@midguard/kernel";
import { timeLeftMs } from "@midguard/kernel/internal";

/** What a policy leaves of an invocation's time for the answer, in ms, where `retry()` says nothing else. */
export const defaultReserveMs = 100;

// On the invocation, under a registered symbol, so that two bundled copies of this package agree.
const key: unique symbol = Symbol.for("midguard.retry.reserve.1");
type Reserved = Invocation & { [key]?: number };

/** Keeps `reserveMs` of the invocation's time free of attempts. The first to ask decides: nested handlers share it. */
export function setReserve(invocation: Reserved, reserveMs: number): void {
  invocation[key] ??= reserveMs;
}

/** Milliseconds that a policy may use of what is left of an invocation; `Infinity` after its end. */
export function usableMs(invocation: Reserved): number {
  return timeLeftMs(invocation) - (invocation[key] ?? defaultReserveMs);
}
