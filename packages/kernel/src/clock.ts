// Imported, because a test may have replaced the global before this module is loaded.
import { setImmediate, setTimeout as timersTimeout } from "node:timers";
import { viewOf } from "./signals.ts";

/** Time as an argument: code that reads or spends time takes a `Clock`, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with the reason once `signal` aborts; leaves no timer or listener. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// Node fires a longer timer after 1 ms instead of late.
const longestTimerMs = 2 ** 31 - 1;
/** Node's own `setTimeout` has a getter here, which fake timers have not. */
const promisified = Object.getOwnPropertyDescriptor(timersTimeout, Symbol.for("nodejs.util.promisify.custom"));
// Kept, because fake timers may replace the function in `node:timers` too; `undefined` if they did so before this load.
const realTimeout = promisified?.get && timersTimeout;

/** By `process.hrtime`, because the first use of `performance` loads 2 ms of modules at a cold start. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** Epoch ms at the zero of the monotonic clock; set at the first reading that no fake timers answer. */
let origin: number | undefined;

/**
 * The system clock's `now`. Fake timers of a test replace `setTimeout` and `Date` together, and time then follows them: a
 * clock that ignored the fake timers would let them fire forever.
 */
export function now(): number {
  if (setTimeout !== realTimeout) return Date.now();
  const sinceZero = monotonicMs();
  origin ??= Date.now() - sinceZero;
  return origin + sinceZero;
}

/** The process's monotonic clock: no wall-clock jump moves it. Times that other machines must agree on come from `Date.now()`. */
export const systemClock: Clock = {
  now,
  sleep: (ms, given) =>
    new Promise((resolve, reject) => {
      const signal = given && viewOf(given);
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
 * Calls `fire` once `ms` have passed by `clock`. Returns the function that stops the timer.
 *
 * The system clock uses a plain timer: ending a `sleep` takes a controller and an event, which is ten times as slow.
 */
export function startTimer(clock: Clock, ms: number, fire: () => void): () => void {
  if (clock === systemClock) {
    const timer = setTimeout(fire, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  }
  const stopped = new AbortController();
  clock.sleep(ms, stopped.signal).then(fire, ignore);
  // With a reason, because without one an error with a stack trace is made.
  return () => stopped.abort(null);
}

/**
 * Calls `fire` in `ms` milliseconds of the system clock, unless the process ends before: it does not wait for this timer.
 * Returns the function that stops the timer.
 */
export function startBackgroundTimer(ms: number, fire: () => void): () => void {
  const timer = setTimeout(fire, Math.min(ms, longestTimerMs));
  // A fake timer may lack it.
  timer.unref?.();
  return () => clearTimeout(timer);
}

/** Calls `run` after what has arrived at the process's sockets was read. */
export function nextTurn(run: () => void): void {
  setImmediate(run);
}
