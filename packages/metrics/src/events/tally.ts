import { isRehearsal, type MidguardEvent } from "@midguard/kernel";
import { createSlot, currentScope, type Scope } from "@midguard/kernel/internal";
import { eventMetrics } from "../catalogue/event-metrics.ts";
import type { CallMetricId, EventMetricDefinition } from "../catalogue/metric.ts";
import { maxValues } from "../emf/limits.ts";
import type { Counts } from "../record.ts";
import { addCall, addEvent, type CountsByDependency, type OpenCounts, takeCounts } from "./counts.ts";

/** Emits counts as lines. Each `metrics()` has one such function, which also stands for that `metrics()` here. */
export type EmitEvents = (counts: CountsByDependency, requestId: string | undefined) => void;

/** The events and calls of one invocation that have been counted and not emitted yet. */
export interface EventTally {
  /** Emits the counts: that of the outermost `metrics()`. `undefined` if none has begun to measure the invocation. */
  emit: EmitEvents | undefined;
  counts: OpenCounts | undefined;
  /** The invocation is a warm-up ping, not a request. */
  isPing: boolean;
  /** The request's line has been emitted, so that later events are emitted at once. */
  isClosed: boolean;
}

// Shared, so that two bundled copies of this package count an event once.
const tallies = createSlot<EventTally>("metrics.tally.3");

/** Starts an empty tally: from now on the invocation belongs to another request. */
export function startTally(scope: Scope, emit: EmitEvents | undefined): EventTally {
  const tally = { emit, counts: undefined, isPing: false, isClosed: false };
  tallies.set(scope, tally);
  return tally;
}

/** The tally of an invocation. `emit` becomes its emitter, unless a `metrics()` further out came first. */
export function joinTally(scope: Scope, emit: EmitEvents): EventTally {
  const tally = tallies.get(scope) ?? startTally(scope, emit);
  tally.emit ??= emit;
  return tally;
}

/** Takes what was counted for the service itself, to go on the request's line, if `emit` is the tally's emitter. */
export function takeServiceCounts(tally: EventTally, emit: EmitEvents): Counts {
  return takeCounts(tally.emit === emit ? tally.counts : undefined, undefined);
}

/** Emits what was counted, if `emit` is the tally's emitter. */
export function closeTally(tally: EventTally, emit: EmitEvents, requestId: string | undefined): void {
  if (tally.emit !== emit) return;
  tally.isClosed = true;
  emitCounts(tally, emit, requestId);
}

function emitCounts(tally: EventTally, emit: EmitEvents | undefined, requestId: string | undefined): void {
  const { counts } = tally;
  tally.counts = undefined;
  if (counts !== undefined) emit?.(counts, requestId);
}

/**
 * Counts an event for the invocation that it happened in.
 *
 * @param lastMade - Emits events outside of any invocation, and pings of invocations that no `metrics()` measures.
 */
export function countEvent(event: MidguardEvent, lastMade: EmitEvents | undefined): void {
  const metric = metricOf(event);
  // A rehearsal emits nothing, nor does work that it left running.
  if (metric === undefined || isRehearsal()) return;
  const scope = currentScope();
  if (scope === undefined) {
    lastMade?.(addEvent(new Map(), metric, event.source), undefined);
    return;
  }
  const tally = tallies.get(scope) ?? startTally(scope, undefined);
  const isPing = event.type === "warmup.pinged";
  // If no `metrics()` has begun to measure the invocation, only the ping itself is emitted.
  const before = isPing && tally.emit === undefined ? undefined : tally.counts;
  tally.counts = addEvent(before ?? new Map(), metric, event.source);
  if (isPing) tally.isPing = true;
  // A ping is answered by an early return: no hook that could emit its counts may follow.
  if (isPing || tally.isClosed) emitCounts(tally, tally.emit ?? lastMade, scope.requestId);
}

function metricOf(event: MidguardEvent): EventMetricDefinition | undefined {
  return eventMetrics.find(({ eventType, condition }) => eventType === event.type && (condition?.isMet(event) ?? true));
}

/** Counts a call of the invocation `scope`, or of none, that has ended. */
export function countCall(
  scope: Scope | undefined,
  id: CallMetricId,
  dependency: string,
  value: number,
  lastMade: EmitEvents | undefined,
): void {
  if (scope === undefined) {
    lastMade?.(new Map([[dependency, new Map([[id, [value]]])]]), undefined);
    return;
  }
  const tally = tallies.get(scope) ?? startTally(scope, undefined);
  tally.counts ??= new Map();
  const isFull = addCall(tally.counts, id, dependency, value) >= maxValues;
  if (tally.isClosed) emitCounts(tally, tally.emit, scope.requestId);
  else if (isFull) {
    const counts = takeCounts(tally.counts, dependency);
    tally.emit?.(new Map([[dependency, counts]]), scope.requestId);
  }
}
