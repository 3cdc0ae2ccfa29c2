import type { Outcome } from "@midguard/kernel";
import { createWarnOnce, syncResult, type WarnOnce } from "@midguard/kernel/internal";
import { publish } from "./events.ts";
import { type FleetPart, joinFleet } from "./fleet/join.ts";
import { type Entry, enter } from "./machine/enter.ts";
import { openTimeMs } from "./machine/open-time.ts";
import { type Call, type Circuit, type CircuitState, openingsOf } from "./machine/state.ts";
import type { Step } from "./machine/step.ts";
import { end, expire, isCurrent, isolate, newCircuit, open, reasonToOpen, release } from "./machine/transitions.ts";
import type { BreakerSettings } from "./options.ts";
import { judge } from "./outcome.ts";
import { type CircuitSnapshot, countsFor, restoreCircuit, saveCircuit } from "./snapshot.ts";
import { createTimeline, type Timeline } from "./timeline.ts";
import type { TripCounter } from "./trips/trip.ts";

/** How long the circuit opens because of a call that ended at `now`. */
function openMsAfter(call: Call, circuit: Circuit, now: number, { rules, random }: BreakerSettings): number {
  const probeMs = circuit.state === "half-open" ? now - call.startedAt : 0;
  return openTimeMs(openingsOf(circuit) + 1, rules, probeMs, syncResult("random", random()));
}

/**
 * Runs the pure state machine of `machine/` for one circuit: reads the clock, keeps the current state and its counter, and
 * publishes the events of each step.
 */
export class LiveCircuit {
  /** Its part in its fleet, if it has a store. */
  readonly fleet: FleetPart | undefined;
  readonly #settings: BreakerSettings;
  readonly #slowCallMs: number;
  readonly #time: Timeline;
  readonly #warnOnce: WarnOnce;
  #circuit: Circuit;
  // Changed in place, because a copy of the window for each call takes longer than the rest of the guard.
  #counter: TripCounter;

  constructor(settings: BreakerSettings) {
    const { name, trip, rules, snapshot } = settings;
    this.#settings = settings;
    this.#slowCallMs = trip.slowCallMs ?? Infinity;
    this.#time = createTimeline(settings.clock, snapshot?.takenAt);
    this.#warnOnce = createWarnOnce(name);
    this.#circuit = snapshot === undefined ? newCircuit : restoreCircuit(snapshot, rules);
    this.#counter = this.#startCounter(countsFor(trip.rule, snapshot));
    this.fleet = joinFleet(settings, {
      now: this.#time.now,
      canAdmit: () => this.#canAdmit(this.#time.now()),
      isolate: () => this.isolate(),
      release: () => this.release(),
    });
  }

  #startCounter(saved?: readonly number[]): TripCounter {
    return syncResult("trip.start", this.#settings.trip.start(saved));
  }

  #take<S extends Step>(step: S): S {
    if (step.circuit.state === "closed" && step.circuit.epoch !== this.#circuit.epoch) {
      this.#counter = this.#startCounter();
    }
    this.#circuit = step.circuit;
    for (const fact of step.facts) publish(this.#settings.name, fact);
    return step;
  }

  #canAdmit(now: number): boolean {
    return enter(expire(this.#circuit, now).circuit, now, this.#settings.rules).call !== undefined;
  }

  /** Lets a call in, or rejects it. */
  admit(): Entry {
    const { rules } = this.#settings;
    // A closed circuit admits at any time, so the clock is read only once, at the end, unless durations count.
    if (this.#circuit.state === "closed" && this.#slowCallMs === Infinity && this.fleet === undefined) {
      return this.#take(enter(this.#circuit, 0, rules));
    }
    const now = this.#time.now();
    // Two steps, because a subscriber may isolate the circuit as it half-opens.
    this.#take(expire(this.#circuit, now));
    const entry = this.#take(enter(this.#circuit, now, rules, this.fleet?.member.view(now)));
    if (entry.call !== undefined) this.fleet?.member.admitted(entry.call);
    return entry;
  }

  /** Learns from the end of an admitted call. Never throws. */
  settle(call: Call, outcome: Outcome, signal: AbortSignal | undefined): void {
    try {
      this.#learn(call, judge(outcome, this.#settings.isFailure, signal));
    } catch (error) {
      // The user's own functions may throw, which must not change the result of the call.
      this.#warnOnce("call", "a call could not be judged", error);
      this.#learn(call, "neutral");
    }
  }

  #learn(call: Call, judged: "success" | "failure" | "neutral"): void {
    const areDurationsCounted = this.#slowCallMs < Infinity;
    if (this.fleet !== undefined) {
      const isSlow =
        judged === "success" && areDurationsCounted && this.#time.now() - call.startedAt >= this.#slowCallMs;
      this.fleet.member.ended(call, isSlow ? "slow" : judged);
    }
    // Results of calls that started under an earlier state are discarded.
    if (!isCurrent(this.#circuit, call)) return;
    if (judged === "neutral") {
      this.#take(end(this.#circuit, call, judged));
      return;
    }
    const now = this.#time.now();
    const durationMs = areDurationsCounted ? now - call.startedAt : 0;
    this.#end(call, judged === "success" && durationMs >= this.#slowCallMs ? "slow" : judged, durationMs, now);
  }

  /** The end of a call that says something about the dependency. */
  #end(call: Call, result: "success" | "failure" | "slow", durationMs: number, now: number): void {
    const isCounted = this.#circuit.state === "closed";
    const trips = isCounted && syncResult("trip.record", this.#counter.record(result === "failure", durationMs, now));
    const reason = reasonToOpen(this.#circuit, call, result, trips);
    if (reason === undefined) this.#take(end(this.#circuit, call, result));
    else this.#take(open(this.#circuit, reason, now, openMsAfter(call, this.#circuit, now, this.#settings)));
  }

  isolate(): void {
    this.#take(isolate(this.#circuit));
  }

  release(): void {
    this.#take(release(this.#circuit));
  }

  stateNow(): CircuitState {
    const now = this.#time.now();
    const { state } = expire(this.#circuit, now).circuit;
    return state === "closed" || state === "half-open" ? (this.fleet?.member.stateAt(now) ?? state) : state;
  }

  save(): CircuitSnapshot {
    const now = this.#time.now();
    const shiftMs = this.#time.clockShiftMs();
    const counts = this.#circuit.state === "closed" ? syncResult("trip.save", this.#counter.save(shiftMs)) : [];
    return saveCircuit(this.#circuit, { rule: this.#settings.trip.rule, counts }, now, shiftMs);
  }
}
