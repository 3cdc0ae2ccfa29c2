import { type SlidingWindow, slidingUsed, slidingWaitMs } from "../../../limits/sliding-window.ts";
import type { Expression } from "../expression.ts";
import { numberIn } from "../item.ts";
import { labelsOf, skewMs } from "../label.ts";
import { giveBack } from "./count.ts";
import type { Counter } from "./counter.ts";
import { type Step, stepsOf } from "./steps.ts";

/** The names of the counts that a sliding window compares, and how much both may come to. */
interface Bracket {
  readonly current: string;
  readonly previous: string;
  readonly room: number;
}

/**
 * Refuses if the current count is over the room that its step leaves, or the previous one over the last step. A
 * condition cannot compute, so it holds the sum for each step.
 */
function refuseOver(expression: Expression, { current, previous, room }: Bracket, steps: readonly Step[]): void {
  let below = "";
  for (const step of steps) {
    const isOver = `${current} > ${expression.number(room - step.share)}`;
    expression.refuseIf(below === "" ? isOver : `${below} AND ${isOver}`);
    below = `${previous} > ${expression.number(step.previous)}`;
  }
  expression.refuseIf(below);
}

/** A sliding window: one attribute for each window, which is needed until the next one ends. */
export function slidingCounter({ id, name, limit, windowMs }: SlidingWindow): Counter {
  const labels = labelsOf(id);
  const indexAt = (now: number): number => Math.floor(now / windowMs);
  const labelOf = (index: number): string => labels.window((index + 2) * windowMs);
  /** From here on back, no window is needed, whatever clock is right. */
  const lag = 2 + Math.ceil(skewMs / windowMs);
  return {
    name,
    limit,
    count(item, now) {
      const index = indexAt(now);
      const previous = numberIn(item, labelOf(index - 1));
      const current = numberIn(item, labelOf(index));
      const counts = { windowMs, previous, current, elapsedMs: now - index * windowMs };
      return { used: slidingUsed(counts), waitMs: (target) => slidingWaitMs(counts, target) };
    },
    lastsUntil: (now) => (indexAt(now) + 2) * windowMs,
    charge(expression, { cost, now, seen, steps }) {
      const index = indexAt(now);
      const take = { limit, cost, windowMs, elapsedMs: now - index * windowMs };
      const label = labelOf(index);
      const last = labelOf(index - 1);
      const bracket = { current: expression.name(label), previous: expression.name(last), room: limit - cost };
      refuseOver(expression, bracket, stepsOf(take, { most: steps, seen: seen && numberIn(seen.item, last) }));
      expression.add(label, cost);
      expression.remove(labelOf(index - lag));
    },
    refund(expression, { cost, takenAt, now }) {
      const index = indexAt(takenAt);
      if (now < (index + 1) * windowMs) giveBack(expression, labelOf(index), cost);
    },
  };
}
