import { createSlot, type Slot } from "@midguard/kernel/internal";

/** Retries that all policies may still make together in one invocation. */
export interface Allowance {
  retriesLeft: number;
}

/** The allowance of an invocation, if `retry()` has granted one. */
export const allowance: Slot<Allowance> = createSlot("retry.allowance.1");
