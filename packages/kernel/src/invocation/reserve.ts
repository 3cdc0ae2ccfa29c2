import { inherited, remainingMs, type Scope } from "./scope.ts";
import { createSlot } from "./slot.ts";

/** Kept free at the end of an invocation so that its answer gets out, in ms, unless `retry({ reserveMs })` says otherwise. */
export const defaultReserveMs = 100;

const reserves = createSlot<number>("reserve.1");

/** Sets the reserve of an invocation. The first one to set it wins: handlers with the same context object share it. */
export function setReserve(scope: Scope, reserveMs: number): void {
  if (reserves.get(scope) === undefined) reserves.set(scope, reserveMs);
}

/** The reserve of an invocation, in ms: its own, or that of the invocation around it. */
export function reserveMs(scope: Scope): number {
  return inherited(reserves, scope) ?? defaultReserveMs;
}

/** Milliseconds of an invocation that may still be spent at `time` before its reserve; `Infinity` outside of any. */
export function usableMs(scope: Scope | undefined, time?: number): number {
  return scope === undefined ? Infinity : remainingMs(scope, time) - reserveMs(scope);
}
