import type { Clock } from "../clock.ts";

/** Options of `createHealth`. */
interface HealthOptions {
  readonly clock: Clock;
  readonly probeAfterMs: number;
}

/** What is known of a store from the calls that have ended. Calls are numbered as they start. */
export interface Health {
  /** Whether no call has ended yet, neither with an answer nor with a failure. */
  readonly isUntried: boolean;
  /** Whether to make a call now: the store is not known to be dead, or a probe is due and this call is the probe. */
  admits(): boolean;
  answered(call: number): void;
  failed(call: number): void;
  /** Call number `call` failed so late that the process was frozen, when `newest` was the last one to have started. */
  frozen(call: number, newest: number): void;
  /** A call that started at `since` was cut short by its invocation's deadline, before the `ownMs` that it may take. */
  cutShort(call: number, since: number, ownMs: number): void;
}

/** Of the calls that have ended, the one started last shows how the store is: older ones show how it was. */
export function createHealth({ clock, probeAfterMs }: HealthOptions): Health {
  let isUntried = true;
  let newestAnswered = 0;
  let newestFailed = 0;
  /** When the store failed, or when the last probe was sent. */
  let deadSince: number | undefined;
  /** The last call that a freeze may have cost. */
  let newestFrozen = 0;
  /** How long calls that were cut short have waited since the last answer; time that several waited counts once. */
  let silentMs = 0;
  let silentUntil = -Infinity;

  function failed(call: number): void {
    isUntried = false;
    newestFailed = Math.max(newestFailed, call);
    if (newestAnswered < newestFailed) deadSince = clock.now();
  }

  return {
    get isUntried() {
      return isUntried;
    },
    admits() {
      if (deadSince === undefined) return true;
      const now = clock.now();
      // If `deadSince` lies in the future, the clock was set back: the time since the failure is unknown.
      if (now >= deadSince && now < deadSince + probeAfterMs) return false;
      deadSince = now;
      return true;
    },
    answered(call) {
      isUntried = false;
      newestAnswered = Math.max(newestAnswered, call);
      if (newestAnswered < newestFailed) return;
      deadSince = undefined;
      silentMs = 0;
    },
    failed,
    frozen(call, newest) {
      if (call <= newestFrozen) return;
      // Late again, with no answer in between: the process is slow, and the store may be dead.
      if (newestAnswered < newestFrozen) failed(call);
      else newestFrozen = newest;
    },
    cutShort(call, since, ownMs) {
      const now = clock.now();
      silentMs += Math.max(0, now - Math.max(since, silentUntil));
      silentUntil = now;
      if (silentMs >= ownMs) failed(call);
    },
  };
}
