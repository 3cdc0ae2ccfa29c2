import type { FleetMember } from "./member.ts";
import { type Participant, participants } from "./participant.ts";

/** The members of a family that were used since the store was asked about them, or that are in trouble. */
export interface UsedMembers extends Participant {
  add(breaker: object): void;
}

/** Keeps the circuits of a family that one read is to cover: a family may have many more. */
export function createUsedMembers(): UsedMembers {
  const used = new Set<FleetMember>();
  return {
    add(breaker) {
      // All circuits of a family with a store take part.
      for (const member of (participants.get(breaker) as Participant).members()) used.add(member);
    },
    members() {
      for (const member of used) if (member.isIdle) used.delete(member);
      return [...used];
    },
  };
}
