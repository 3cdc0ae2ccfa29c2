import type { Clock } from "@midguard/kernel";
import { currentScope, startTimer, usableMs } from "@midguard/kernel/internal";
import { StoreTimeoutError } from "./errors.ts";

/** The first answer of an environment may wait for DNS, TLS and credentials. */
const firstTimeoutMs = 1_000;
/** A store that failed is asked again after so long, by one request. */
export const probeAfterMs = 1_000;

/** Bounds the calls to a store, and spares a dead one. */
export interface StoreGuard {
  /** Whether to make a call now: the store is not known to be dead, or a probe is due, which the caller then is. */
  admits(): boolean;
  /** Makes a call with a time limit. Rejects with the store's error, or a `StoreTimeoutError`. */
  call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A guard for one store. */
export function createStoreGuard(timeoutMs: number, clock: Clock): StoreGuard {
  let answered = false;
  /** When the store was found dead, or the last probe sent. */
  let deadSince: number | undefined;

  async function call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ownMs = answered ? timeoutMs : Math.max(timeoutMs, firstTimeoutMs);
    const limitMs = Math.min(ownMs, usableMs(currentScope()));
    const timeout = new StoreTimeoutError(Math.max(0, limitMs));
    // Time is up: that says nothing about the store.
    if (limitMs <= 0) throw timeout;

    const asking = new AbortController();
    const { promise: expiry, reject: expire } = Promise.withResolvers<never>();
    const stopTimer = startTimer(clock, limitMs, () => expire(timeout));
    // Async, so that a store which throws at once is one that rejects.
    const answering = (async () => ask(asking.signal))();
    try {
      const answer = await Promise.race([answering, expiry]);
      deadSince = undefined;
      answered = true;
      return answer;
    } catch (error) {
      // Cut short by the deadline, it may be alive.
      if (error !== timeout || limitMs === ownMs) {
        deadSince = clock.now();
        answered = true;
      }
      asking.abort(error);
      throw error;
    } finally {
      stopTimer();
    }
  }

  return {
    call,
    admits() {
      if (deadSince === undefined) return true;
      const now = clock.now();
      // In the future, by a clock that was set back: nobody knows how long ago it was.
      if (now >= deadSince && now < deadSince + probeAfterMs) return false;
      deadSince = now;
      return true;
    },
  };
}
