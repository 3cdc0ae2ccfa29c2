import { openTimeMs } from "../machine/open-time.ts";
import { isFailing, isOverThreshold, isSuspicious, lastStep } from "./counts.ts";
import type { FleetRules } from "./rules.ts";
import type { CircuitRecord, FleetPhase, FleetState } from "./state.ts";

/**
 * The moves of the fleet's state machine: pure functions of a record and the store's time. A store makes a move only if the
 * record still has the epoch that the move was decided on, so that of all environments one at most makes it.
 */

/** The next state. The first epoch is a time, so that a record that was deleted never returns with an older epoch. */
function moveTo(phase: FleetPhase, state: FleetState, now: number, changes: Partial<FleetState> = {}): FleetState {
  const epoch = state.epoch === 0 ? Math.max(1, Math.floor(now)) : state.epoch + 1;
  const { from, openings, lapses } = state;
  const since = changes.since ?? now;
  return { phase, epoch, from, until: since, openings, lapses, ...changes, since };
}

function close(state: FleetState, now: number): FleetState {
  return moveTo("closed", state, now, { openings: 0, lapses: 0 });
}

function open(state: FleetState, now: number, rules: FleetRules, chance: number): FleetState {
  const openings = state.openings + 1;
  return moveTo("open", state, now, {
    openings,
    until: Math.floor(now + openTimeMs(openings, rules, Infinity, chance)),
  });
}

/** A phase that begins further in the future was written by a wrong clock. */
const skewMs = 5_000;

/** How old a phase is; `Infinity` if a wrong clock wrote it, so that it ends. */
function ageAt({ since }: FleetState, now: number): number {
  return since > now + skewMs ? Infinity : Math.max(0, now - since);
}

/** How many windows a suspect fleet counts in while most of its calls fail. */
const lowTrafficFactor = 3;

/** How many steps of the recovery lie behind. */
export function stepAfter(ageMs: number, { stepMs }: FleetRules): number {
  return Math.floor(ageMs / stepMs);
}

/** The share of calls that a recovering fleet admits in a step, up to 1. */
export function shareAt(step: number, { firstShare }: FleetRules): number {
  return Math.min(1, firstShare * 2 ** step);
}

/** A recovery goes on by time alone. A move is needed only if a step failed, and at its end. */
function ramp(record: CircuitRecord, now: number, rules: FleetRules, chance: number): FleetState | undefined {
  const step = stepAfter(ageAt(record, now), rules);
  if (step > 0 && shareAt(step - 1, rules) < 1) {
    const last = lastStep(record, step);
    if (isFailing(last, rules)) return open(record, now, rules, chance);
    // Too few calls to open: the same share for one more step.
    if (isOverThreshold(last, rules)) return moveTo("ramping", record, now, { since: now - (step - 1) * rules.stepMs });
  }
  return shareAt(step, rules) < 1 ? undefined : close(record, now);
}

/** The move that the counts of a record call for at `now`, if any. `chance` is a random number in [0, 1). */
export function moveByCounts(
  record: CircuitRecord,
  now: number,
  rules: FleetRules,
  chance: number,
): FleetState | undefined {
  if (record.phase === "closed") {
    return isSuspicious(record, now, rules) ? moveTo("suspect", record, now) : undefined;
  }
  if (record.phase === "suspect") {
    const ageMs = ageAt(record, now);
    if (ageMs >= rules.suspectMs && isFailing(record.slots, rules)) return open(record, now, rules, chance);
    // Most of few calls failed: a fleet with little traffic gets more time to count enough of them.
    const closesMs = isOverThreshold(record.slots, rules) ? rules.windowMs * lowTrafficFactor : rules.windowMs;
    return ageMs >= closesMs ? close(record, now) : undefined;
  }
  return record.phase === "ramping" ? ramp(record, now, rules, chance) : undefined;
}

/** Grants the one probe of an open circuit, or of one whose prober's lease has ended. The environment that makes the move has it. */
export function moveToProbe(state: FleetState, now: number, rules: FleetRules): FleetState | undefined {
  if (state.phase !== "open" && state.phase !== "half-open") return undefined;
  if (state.until > now && ageAt(state, now) < Infinity) return undefined;
  const lapses = state.phase === "half-open" ? state.lapses + 1 : state.lapses;
  const leaseMs = Math.min(rules.leaseMs * 2 ** lapses, rules.maxLeaseMs);
  return moveTo("half-open", state, now, { lapses, until: now + leaseMs });
}

/** The result of a probe. `neutral`: it showed nothing, so that another one may be granted at once. */
export function moveByProbe(
  state: FleetState,
  result: "success" | "failure" | "neutral",
  now: number,
  { rules, chance }: { readonly rules: FleetRules; readonly chance: number },
): FleetState {
  if (result === "failure") return open(state, now, rules, chance);
  if (result === "neutral") return moveTo("open", state, now);
  const next = moveTo("ramping", state, now, { lapses: 0 });
  // Whatever started before this moment may be the old outage.
  return { ...next, from: next.epoch };
}

/** Holds the circuit open for all environments. `undefined` if it is isolated already. */
export function moveToIsolated(state: FleetState, now: number): FleetState | undefined {
  return state.phase === "isolated" ? undefined : moveTo("isolated", state, now, { openings: 0, lapses: 0 });
}

/** Closes an isolated circuit, and no other. */
export function moveToReleased(state: FleetState, now: number): FleetState | undefined {
  if (state.phase !== "isolated") return undefined;
  const next = close(state, now);
  return { ...next, from: next.epoch };
}
