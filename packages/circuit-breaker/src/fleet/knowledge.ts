import { type FleetView, noFleet } from "../machine/fleet.ts";
import { longestOpenMs } from "../machine/open-time.ts";
import { shareAt, stepAfter } from "./moves.ts";
import type { FleetRules } from "./rules.ts";
import type { FleetState } from "./state.ts";

/** What one environment knows of a circuit in the fleet, in its own time, which no clock jump moves. */
export interface Knowledge {
  readonly state: FleetState;
  /** When the store said so. */
  readonly at: number;
  /** How old the phase was then, and how long it would still last. */
  readonly ageMs: number;
  readonly leftMs: number;
}

function longestMs({ phase }: FleetState, rules: FleetRules): number {
  return phase === "open" ? longestOpenMs(rules) : rules.maxLeaseMs;
}

/**
 * What an environment knows after the store's answer. A phase never lasts longer than these rules would let it, and never
 * gets younger, so that neither a wrong clock nor another deployment holds it.
 *
 * @param now - The time of this environment; `storeNow` is the store's.
 */
export function learn(
  previous: Knowledge | undefined,
  state: FleetState,
  { now, storeNow, rules }: { readonly now: number; readonly storeNow: number; readonly rules: FleetRules },
): Knowledge {
  const ageMs = Math.max(0, storeNow - state.since);
  const leftMs = Math.max(0, Math.min(state.until - storeNow, longestMs(state, rules)));
  if (previous?.state.epoch !== state.epoch) return { state, at: now, ageMs, leftMs };
  const passedMs = now - previous.at;
  return {
    state,
    at: now,
    ageMs: Math.max(ageMs, previous.ageMs + passedMs),
    leftMs: Math.max(0, Math.min(leftMs, previous.leftMs - passedMs)),
  };
}

/** How old the phase is at `now`. */
function ageOf({ at, ageMs }: Knowledge, now: number): number {
  return ageMs + now - at;
}

/** When an open or half-open phase is over, in the environment's own time. */
export function endOf({ at, leftMs }: Knowledge): number {
  return at + leftMs;
}

/** Whether a probe may be asked for at `now`. */
export function isProbeDue(known: Knowledge, now: number): boolean {
  return now >= endOf(known) && (known.state.phase === "open" || known.state.phase === "half-open");
}

/** A recovering fleet, in which each call has the same chance. `undefined` once all calls are admitted. */
function viewOfRamp(known: Knowledge, now: number, { rules, chance }: ViewOptions): FleetView | undefined {
  const ageMs = ageOf(known, now);
  const step = stepAfter(ageMs, rules);
  if (chance() < shareAt(step, rules)) return undefined;
  const until = now + (step + 1) * rules.stepMs - ageMs;
  return { isOpen: true, epoch: known.state.epoch, until, isProbeGranted: false };
}

/** What a view depends on besides the knowledge. */
export interface ViewOptions {
  readonly rules: FleetRules;
  /** A random number in [0, 1), if one is needed. */
  chance(): number;
  /** Whether the store failed when it was asked last: then the local circuit decides as soon as the open time is over. */
  readonly isLost: boolean;
  /** Whether the grant to probe is here, and not used yet. */
  readonly isGranted: boolean;
}

/** An environment that has not asked for this long after an open phase never will: its calls have no middleware around them. */
const neverAskedMs = 5_000;

/** Whether an open or half-open phase says nothing any more. */
function isOver(known: Knowledge, now: number, isLost: boolean): boolean {
  if (isLost && known.state.phase === "half-open") return true;
  return now >= endOf(known) + (isLost ? 0 : neverAskedMs);
}

/** The fleet as a call meets it at `now`. An isolated circuit is isolated locally, too, and so needs no view. */
export function viewOf(known: Knowledge | undefined, now: number, options: ViewOptions): FleetView {
  if (known === undefined) return noFleet;
  const { phase, epoch } = known.state;
  const admitting: FleetView = { isOpen: false, epoch };
  if (phase === "ramping") return viewOfRamp(known, now, options) ?? admitting;
  if ((phase !== "open" && phase !== "half-open") || isOver(known, now, options.isLost)) return admitting;
  const until = endOf(known);
  return { isOpen: true, epoch, until, isProbeGranted: options.isGranted && now < until };
}
