import { type Clock, systemClock } from "@midguard/kernel";
import { startTimer } from "@midguard/kernel/internal";

/**
 * Calls `ring` once, at `time` by `clock` or as soon after it as the process runs, unless it is stopped before.
 *
 * On the system's clock the timer is set at the end of the current turn of the event loop: a call that settles within its
 * turn (a cache hit, an open circuit) then needs none, and a timer takes as long as ten such calls.
 *
 * @returns the function that stops it.
 */
export function setAlarm(clock: Clock, time: number, ring: () => void): () => void {
  let stop: () => void;
  function wait(): void {
    const leftMs = time - clock.now();
    // Once more after each timer: Node's are at most 24 days long, and may fire a little early.
    if (leftMs > 0) stop = startTimer(clock, leftMs, wait);
    else ring();
  }
  if (clock === systemClock) {
    const endOfTurn = setImmediate(wait);
    stop = () => clearImmediate(endOfTurn);
  } else {
    stop = () => {};
    wait();
  }
  return () => stop();
}
