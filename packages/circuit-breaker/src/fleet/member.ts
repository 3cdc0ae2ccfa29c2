import type { FleetView } from "../machine/fleet.ts";
import type { Call, CallResult } from "../machine/state.ts";
import { createGrant, type Grant } from "./grant.ts";
import { endOf, isProbeDue, type Knowledge, learn, viewOf } from "./knowledge.ts";
import { moveByProbe } from "./moves.ts";
import type { FleetRules } from "./rules.ts";
import { type FleetSlot, type FleetState, unknownRecord } from "./state.ts";
import type { CircuitStore, RecordReply } from "./store.ts";
import { createTally, reportEveryMs } from "./tally.ts";

/** What one environment reports to the store about a circuit: its counts, or the move that its probe leads to. */
export type Report = { readonly epoch: number } & (
  | { readonly counts: FleetSlot; readonly next?: never }
  | { readonly counts?: never; readonly next: FleetState }
);

/** What a member needs of the circuit that it belongs to. */
export interface MemberOptions {
  readonly name: string;
  readonly store: CircuitStore;
  readonly rules: FleetRules;
  /** The time of this environment, which never runs backwards. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
  /** Whether the local circuit would admit a call. */
  canAdmit(): boolean;
  /** Called with each state that is new to this environment. */
  onChange(state: FleetState, previous: FleetState): void;
}

/** One environment's part in the fleet's state of one circuit: its knowledge, and what it has still to report. */
export interface FleetMember extends Pick<MemberOptions, "name" | "store" | "rules" | "random"> {
  /** The state that was learnt last. */
  readonly state: FleetState;
  /** Whether nothing failed, and no call was made since the store was asked last. */
  readonly isIdle: boolean;
  /** The fleet as a call meets it. */
  view(now: number): FleetView;
  /** Whether the fleet rejects calls at `now`, or admits a probe: `undefined` if the local circuit decides. */
  stateAt(now: number): "open" | "half-open" | undefined;
  /** A call was admitted: if this environment has the grant to probe, it is the probe. */
  admitted(call: Call): void;
  ended(call: Call, result: CallResult): void;
  /** Whether to ask the store: every `syncMs`, and every second in trouble. */
  isReadDue(syncMs: number): boolean;
  /** Whether someone is to probe, and the local circuit would admit the call. */
  mayProbe(): boolean;
  /** Whether to ask the store for that now: as an open phase ends, and then every second. */
  isProbeDue(): boolean;
  isReportDue(): boolean;
  /** Takes what is to be reported, if `isReportDue`. Counts are lost if the report fails, and never counted twice. */
  takeReport(): Report | undefined;
  /** Learns the store's answer. One that is behind is ignored, unless it is `certain`: then the record was deleted. */
  adopt(reply: RecordReply, isCertain: boolean): void;
  /** This environment won the grant to probe. */
  grant(): void;
  /** The store failed. */
  lose(): void;
}

/** Makes the part of this environment in a circuit. It asks nothing by itself: the middleware's hooks do. */
export function createMember(options: MemberOptions): FleetMember {
  const { name, store, rules, random, canAdmit, onChange } = options;
  const tally = createTally(rules, Math.floor(random() * 2 ** 32));
  let known: Knowledge | undefined;
  let grant: Grant | undefined;
  let isLost = false;
  let [readAt, usedAt] = [-Infinity, -Infinity];
  /** How far the store's clock is ahead of this environment's. */
  let aheadMs = 0;

  const state = (): FleetState => known?.state ?? unknownRecord;
  const isQuiet = (): boolean => state().phase === "closed" && !tally.hasFailures;
  const viewAt = (now: number, chance: () => number): FleetView =>
    viewOf(known, now, { rules, chance, isLost, isGranted: isGranted() });
  const isGranted = (): boolean => grant?.isFree === true && grant.epoch === state().epoch;

  function mayProbe(): boolean {
    return known !== undefined && isProbeDue(known, options.now()) && canAdmit();
  }

  function takeReport(): Report | undefined {
    const now = options.now();
    const storeNow = Math.floor(now + aheadMs);
    if (grant?.result === undefined) return { epoch: state().epoch, counts: tally.take(state(), now, storeNow) };
    const { epoch, result } = grant;
    grant = undefined;
    // Too late: the lease ended, and another environment probes.
    if (epoch !== state().epoch) return undefined;
    return { epoch, next: moveByProbe(state(), result, storeNow, { rules, chance: random() }) };
  }

  function adopt({ now: storeNow, record = unknownRecord }: RecordReply, isCertain: boolean): void {
    const now = options.now();
    isLost = false;
    readAt = now;
    aheadMs = storeNow - now;
    const previous = state();
    if (record.epoch < previous.epoch && !isCertain) return;
    const isNew = record.epoch !== previous.epoch;
    known = learn(known, record, { now, storeNow, rules });
    // Counts of another phase follow other rules, and calls before all failures count for nothing.
    if (record.phase !== previous.phase || isQuiet()) tally.forget();
    if (isNew) onChange(record, previous);
  }

  return {
    name,
    store,
    rules,
    random,
    takeReport,
    adopt,
    get state() {
      return state();
    },
    get isIdle() {
      return isQuiet() && readAt > usedAt;
    },
    view(now) {
      usedAt = now;
      return viewAt(now, random);
    },
    stateAt(now) {
      // The luckiest call: a recovering fleet admits some.
      const view = viewAt(now, () => 0);
      if (!view.isOpen) return undefined;
      return view.isProbeGranted ? "half-open" : "open";
    },
    admitted(call) {
      if (isGranted() && call.fleetEpoch === grant?.epoch) grant.use();
    },
    ended(call, result) {
      if (grant?.isFree === false && grant.epoch === call.fleetEpoch) grant.end(result);
      else if (result !== "neutral" && call.fleetEpoch >= state().from) tally.add(result);
    },
    isReadDue: (syncMs) => options.now() >= readAt + (isQuiet() ? syncMs : Math.min(syncMs, reportEveryMs)),
    mayProbe,
    isProbeDue() {
      if (known === undefined || isLost || !mayProbe()) return false;
      return readAt < endOf(known) || options.now() >= readAt + reportEveryMs;
    },
    isReportDue: () => grant?.result !== undefined || tally.isDue(state(), options.now()),
    grant() {
      grant = createGrant(state().epoch);
    },
    lose() {
      isLost = true;
    },
  };
}
