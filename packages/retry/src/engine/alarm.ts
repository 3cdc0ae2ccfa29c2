import { type Clock, systemClock } from "@midguard/kernel";
import { startTimer } from "@midguard/kernel/internal";

function ignore(): void {}

/**
 * Calls `ring` once, at `time` by `clock` or as soon after it as the process runs, unless it is stopped before.
 *
 * On the system's clock the timer is set at the end of the current turn of the event loop: a call that settles within its
 * turn (a cache hit, an open circuit) then needs none, and a timer takes as long as ten such calls.
 *
 * @returns the function that stops it.
 */
export function setAlarm(clock: Clock, time: number, ring: () => void): () => void {
  let stop: () => void = ignore;
  function setAtEndOfTurn(): void {
    const endOfTurn = setImmediate(set);
    stop = () => clearImmediate(endOfTurn);
  }
  function set(): void {
    const leftMs = time - clock.now();
    if (leftMs > 0) stop = startTimer(clock, leftMs, wake);
    else ring();
  }
  function wake(): void {
    // Node's timers are at most 24 days long and may fire a little early; a stub of a clock may not sleep at all.
    if (clock.now() < time) setAtEndOfTurn();
    else ring();
  }
  // Another clock may move within a turn.
  if (clock === systemClock) setAtEndOfTurn();
  else set();
  return () => stop();
}
