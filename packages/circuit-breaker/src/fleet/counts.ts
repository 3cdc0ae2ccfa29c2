import type { FleetRules } from "./rules.ts";
import type { CircuitRecord, FleetSlot, FleetState } from "./state.ts";

/** A closed circuit counts in this many slots per window. */
const slotsPerWindow = 5;

/** How many slots a store keeps of a circuit: the window, and some for clocks that differ. */
export const keptSlots = 8;

/** The slot that calls which end at `now` count in. */
export function slotAt({ phase, since }: FleetState, now: number, { windowMs, stepMs }: FleetRules): number {
  if (phase === "closed") return Math.floor((now * slotsPerWindow) / windowMs);
  return phase === "ramping" ? Math.max(0, Math.floor((now - since) / stepMs)) : 0;
}

/** Whether the share of failures in a slot, or in several, reaches the threshold. */
export function isOverThreshold(slots: readonly FleetSlot[], { threshold }: FleetRules): boolean {
  const calls = slots.reduce((sum, slot) => sum + slot.calls, 0);
  const failures = slots.reduce((sum, slot) => sum + slot.failures, 0);
  return calls > 0 && failures / calls >= threshold;
}

/** Whether there is enough evidence, too: many calls, and failures in more than one environment. */
export function isFailing(slots: readonly FleetSlot[], rules: FleetRules): boolean {
  const calls = slots.reduce((sum, slot) => sum + slot.calls, 0);
  const reporters = new Set(slots.flatMap((slot) => [...slot.reporters]));
  return calls >= rules.minimumCalls && reporters.size >= rules.minimumReporters && isOverThreshold(slots, rules);
}

/**
 * Whether what a closed circuit counted in its window is failing, or in the current slot alone: the first report of each
 * environment holds the good calls before an outage. Clocks may differ by a slot.
 */
export function isSuspicious(record: CircuitRecord, now: number, rules: FleetRules): boolean {
  const current = slotAt(record, now, rules);
  const since = (count: number) => record.slots.filter(({ index }) => index > current - count && index <= current + 1);
  return isFailing(since(slotsPerWindow), rules) || isFailing(since(1), rules);
}

/** What was counted in the last step of a recovery that is over. */
export function lastStep(record: CircuitRecord, step: number): readonly FleetSlot[] {
  return record.slots.filter(({ index }) => index === step - 1);
}

/** The slots of a record after a count, the newest ones: what every store does. A count for a slot that is gone is dropped. */
export function addToSlots(
  slots: readonly FleetSlot[],
  { index, calls, failures, reporters }: FleetSlot,
): readonly FleetSlot[] {
  const kept = slots.filter((slot) => slot.index % keptSlots !== index % keptSlots);
  const old = slots.find((slot) => slot.index % keptSlots === index % keptSlots);
  if (old !== undefined && old.index > index) return slots;
  if (old === undefined || old.index < index) return [...kept, { index, calls, failures, reporters }];
  const added = [...new Set(old.reporters + reporters)].join("");
  return [...kept, { index, calls: old.calls + calls, failures: old.failures + failures, reporters: added }];
}
