import { createSlot, type Slot } from "@midguard/kernel/internal";
import type { FleetMember } from "./member.ts";

/** The members that a circuit breaker or a family of them has in its fleet. */
export interface Participant {
  /** Those whose state matters now. */
  members(): readonly FleetMember[];
}

/** Where a breaker or a family with a store keeps its members, for the middleware. */
export const participants: Slot<Participant> = createSlot<Participant>("circuit-participant.1");
