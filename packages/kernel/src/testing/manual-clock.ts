// Imported, so that fake timers of the same test do not hold it.
import { setImmediate } from "node:timers";
import type { Clock } from "../clock.ts";
import { viewOf } from "../signals.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, wakes each sleeper at its own time, and lets the code run that they resume. */
  advance(ms: number): Promise<void>;
  /** Moves time without waking any sleeper, as a wall clock jumps or a frozen process thaws. */
  jump(ms: number): void;
  /** How many sleeps have not ended. */
  readonly sleepers: number;
}

/**
 * A clock for tests.
 *
 * @example
 * const clock = manualClock();
 * const slept = clock.sleep(1_000);
 * await clock.advance(1_000);
 * await slept;
 */
export function manualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = startMs;
  const sleeps = new Set<{ readonly at: number; readonly wake: () => void }>();

  /** Promise chains of any ordinary length settle before a turn of the event loop does. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    jump(ms) {
      now += ms;
    },
    get sleepers() {
      return sleeps.size;
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = [...sleeps].sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
    },
    sleep(ms, given) {
      return new Promise((resolve, reject) => {
        const signal = given && viewOf(given);
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: now + ms, wake };
        function wake(): void {
          sleeps.delete(sleeper);
          signal?.removeEventListener("abort", abort);
          resolve();
        }
        function abort(): void {
          sleeps.delete(sleeper);
          reject(signal?.reason);
        }
        sleeps.add(sleeper);
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
  };
}
