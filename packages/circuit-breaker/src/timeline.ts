import type { Clock } from "@midguard/kernel";

/** Time that never runs backwards. */
export interface Timeline {
  now(): number;
  /** What to add to a time of this line to get the time of the clock. */
  clockShiftMs(): number;
}

/**
 * Makes a line of time of `clock`: if the clock jumps back, time stands still, so that nothing lasts longer for it and
 * nothing is counted twice. If it jumps forwards, time passed, as for a process that was frozen.
 *
 * @param since - The line starts no earlier than this, in epoch ms.
 */
export function createTimeline(clock: Pick<Clock, "now">, since: number = -Infinity): Timeline {
  const made = clock.now();
  // In an object, because V8 allocates a number anew whenever a closure's variable is set to it.
  const line = { latest: Math.max(made, since), aheadMs: Math.max(0, since - made) };
  return {
    now() {
      const now = clock.now() + line.aheadMs;
      // Not Math.max alone: after a jump back the line moves on at once.
      if (now < line.latest) line.aheadMs += line.latest - now;
      else line.latest = now;
      return line.latest;
    },
    clockShiftMs: () => -line.aheadMs,
  };
}
