import type { Clock } from "@midguard/kernel";

/** Time that never runs backwards. */
export interface Timeline {
  now(): number;
  /** What to add to a time of this line to have it as the clock tells it. */
  clockShiftMs(): number;
}

/**
 * Reads `clock` as a line of time: a clock that jumps back is taken to have stood still, so that nothing lasts longer for
 * it and nothing is counted twice. A jump forwards is time gone by, as for a process that was frozen.
 *
 * @param since - the line begins no earlier than this, in epoch ms: a clock behind it is one that has jumped back.
 */
export function createTimeline(clock: Pick<Clock, "now">, since: number = -Infinity): Timeline {
  const made = clock.now();
  // In an object, since a number in a closure's variable is allocated anew each time it is set.
  const line = { latest: Math.max(made, since), aheadMs: Math.max(0, since - made) };
  return {
    now() {
      const now = clock.now() + line.aheadMs;
      // Rather than Math.max, so that a clock that jumped back moves on again at once.
      if (now < line.latest) line.aheadMs += line.latest - now;
      else line.latest = now;
      return line.latest;
    },
    clockShiftMs: () => -line.aheadMs,
  };
}
