import type { Clock } from "@midguard/kernel";
import { startTimer } from "@midguard/kernel/internal";

/** The value of `work`, which never rejects, or `undefined` once `ms` have passed. Leaves no timer behind. */
export async function within<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const { promise: timeIsUp, resolve } = Promise.withResolvers<undefined>();
  // A negative delay would make Node warn.
  const stopTimer = startTimer(clock, Math.max(0, ms), () => resolve(undefined));
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    stopTimer();
  }
}
