// Imported, for in a test the globals may be fake ones by the time that this is loaded. And a global is looked up at each
// use, which costs an eighth of reading the clock.
import { performance } from "node:perf_hooks";
import { setTimeout as timersTimeout } from "node:timers";

/** Time, as an argument: what reads or spends time takes a `Clock`, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with the reason once `signal` aborts; leaves no timer or listener. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// Node fires a longer timer at once (after 1 ms) instead of late.
const longestTimerMs = 2 ** 31 - 1;
const origin = Date.now() - performance.now();
// Kept: in a bundle of CommonJS what is imported is looked up at each use, and fakes are put into that module, too.
const realTimeout = timersTimeout;

/**
 * The system clock's `now`, for who never sleeps. Fake timers of a test replace `setTimeout` and `Date` together, and a
 * time that stood apart from the timers would make them ring for ever. To ask costs nothing.
 */
export const now = (): number => (setTimeout === realTimeout ? origin + performance.now() : Date.now());

/** The process's clock, monotonic: no wall-clock jump moves it. What must agree with other machines reads `Date.now()`. */
export const systemClock: Clock = {
  now,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(wake, Math.min(ms, longestTimerMs));
      function wake(): void {
        signal?.removeEventListener("abort", abort);
        resolve();
      }
      function abort(): void {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      signal?.addEventListener("abort", abort, { once: true });
    }),
};

function ignore(): void {}

/**
 * Calls `ring` once `ms` have passed by `clock`, unless it is stopped before by what is returned. By a timer itself where
 * the clock is the system's: to end a `sleep` takes a controller and an event, ten times as long.
 */
export function startTimer(clock: Clock, ms: number, ring: () => void): () => void {
  if (clock === systemClock) {
    const timer = setTimeout(ring, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  }
  const stopped = new AbortController();
  clock.sleep(ms, stopped.signal).then(ring, ignore);
  // With a reason, for without one an error with a stack trace would be made.
  return () => stopped.abort(null);
}
