import { type Clock, nextTurn, startTimer } from "../clock.ts";
import { currentScope } from "../invocation/current.ts";
import { usableMs } from "../invocation/reserve.ts";
import { createHealth } from "./health.ts";

/** Options of `createStoreGuard`. */
export interface StoreGuardOptions {
  /** The longest that a call may take, in ms. */
  readonly timeoutMs: number;
  /** The same for the first call, which may wait for DNS, TLS and credentials; never less than `timeoutMs`. @default 1_000 */
  readonly firstTimeoutMs?: number | undefined;
  /** A failed store is called again after this many ms, by one caller. @default 1_000 */
  readonly probeAfterMs?: number | undefined;
  /** Drives timeouts and probes. */
  readonly clock: Clock;
  /** Makes the error of a call that took longer than `timeoutMs`. */
  timeoutError(timeoutMs: number): Error;
}

/** Bounds the calls to a store by a time limit and the invocation's deadline, and spares a dead store. */
export interface StoreGuard {
  /** Whether to make a call now: the store is not known to be dead, or a probe is due and this call is the probe. */
  admits(): boolean;
  /** Makes a call with a time limit. Rejects with the store's error, or with `timeoutError`. */
  call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A call ends by its time limit. If it ends this much later, the process was frozen meanwhile, and its connection too. */
const frozenMs = 1_000;

/** Rejects with `timeout()` after `ms`, and aborts the call with whatever it failed with. Leaves no timer behind. */
async function callWithin<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { clock, ms, timeout }: { readonly clock: Clock; readonly ms: number; timeout(): Error },
): Promise<T> {
  const asking = new AbortController();
  const { promise: expiry, reject: expire } = Promise.withResolvers<never>();
  // If this process was busy, the answer may be here: Node runs timers before it reads sockets.
  const stopTimer = startTimer(clock, ms, () => nextTurn(() => expire(timeout())));
  // Async, so that a store which throws at once is one that rejects.
  const answering = (async () => ask(asking.signal))();
  try {
    return await Promise.race([answering, expiry]);
  } catch (error) {
    asking.abort(error);
    throw error;
  } finally {
    stopTimer();
  }
}

/**
 * A guard for one store: every call has a time limit, and a store that failed gets one probe per `probeAfterMs` until
 * it answers. A call cut short by the invocation's deadline does not count as a failure, unless such calls together have
 * waited as long as one call may.
 *
 * @example
 * const guard = createStoreGuard({ timeoutMs: 250, clock: systemClock, timeoutError: (ms) => new StoreTimeoutError(ms) });
 * const item = guard.admits() ? await guard.call((signal) => store.read(key, signal)) : undefined;
 */
export function createStoreGuard(options: StoreGuardOptions): StoreGuard {
  const { timeoutMs, firstTimeoutMs = 1_000, probeAfterMs = 1_000, clock } = options;
  const health = createHealth({ clock, probeAfterMs });
  let calls = 0;

  async function call<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ownMs = health.isUntried ? Math.max(timeoutMs, firstTimeoutMs) : timeoutMs;
    const ms = Math.min(ownMs, usableMs(currentScope()));
    let isLate = false;
    function timeout(): Error {
      isLate = true;
      return options.timeoutError(Math.max(0, ms));
    }
    // Time is up: that says nothing about the store.
    if (ms <= 0) throw timeout();
    calls += 1;
    const own = calls;
    const since = clock.now();
    try {
      const answer = await callWithin(ask, { clock, ms, timeout });
      health.answered(own);
      return answer;
    } catch (error) {
      if (isLate && ms < ownMs) health.cutShort(own, since, ownMs);
      else if (clock.now() > since + ms + frozenMs) health.frozen(own, calls);
      else health.failed(own);
      throw error;
    }
  }

  return { admits: health.admits, call };
}
