import type { Outcome } from "@midguard/kernel";
import { setAlarm } from "./alarm.ts";
import type { Run } from "./run.ts";
import { timeoutOf } from "./timeout.ts";

/** What a call is given about the attempt that it makes. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Aborts with an `AttemptTimeoutError` when the attempt's time is up, or with the caller's reason when the caller aborts. */
  readonly signal: AbortSignal;
  /** Milliseconds until the attempt's time is up; 0 once it has ended, `Infinity` without a limit. */
  readonly remainingMs: number;
}

export type Call<T> = (attempt: Attempt) => T | PromiseLike<T>;

function ignore(): void {}

/**
 * One attempt. It ends when its call settles. If its time is up or the caller aborts before that, it ends at once, whatever
 * the call makes of its signal. All but the number is private or on the prototype, so that it is not logged.
 */
export class RunningAttempt implements Attempt {
  readonly number: number;
  readonly #run: Run;
  readonly #startedAt: number;
  readonly #endsAt: number;
  #hasEnded = false;
  #abortion: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;
  #stopAlarm: () => void = ignore;
  #onCallerAbort: (() => void) | undefined;
  #settle: (outcome: Outcome<never>) => void = ignore;

  constructor(run: Run, number: number, startedAt: number) {
    this.number = number;
    this.#run = run;
    this.#startedAt = startedAt;
    this.#endsAt = Math.min(startedAt + run.policy.attemptTimeoutMs, run.endsAt);
  }

  /** Made on demand, because a controller takes as long as a call. It aborts at the same time whenever it is made. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortion !== undefined) this.#controller.abort(this.#abortion.reason);
    }
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#hasEnded ? 0 : Math.max(0, this.#endsAt - this.#run.policy.clock.now());
  }

  /** Whether it was aborted before its call settled. */
  get isAborted(): boolean {
    return this.#abortion !== undefined;
  }

  /** Makes the call. Resolves to its outcome, or to the reason of an abort; a result that comes later is dropped. */
  make<T>(call: Call<T>): Promise<Outcome<T>> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#watch();
      const fail = (error: unknown): void => resolve({ ok: false, error });
      try {
        Promise.resolve(call(this)).then((value) => resolve({ ok: true, value }), fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Ends the attempt: removes timer and listener. */
  dispose(): void {
    this.#hasEnded = true;
    this.#stopAlarm();
    if (this.#onCallerAbort !== undefined) {
      this.#run.policy.signal?.removeEventListener("abort", this.#onCallerAbort);
    }
  }

  #watch(): void {
    const { clock, signal } = this.#run.policy;
    if (this.#endsAt < Infinity) {
      this.#stopAlarm = setAlarm(clock, this.#endsAt, () => {
        this.#abort(timeoutOf(this.#run, this.number, this.#startedAt, this.#endsAt));
      });
    }
    if (signal !== undefined) {
      this.#onCallerAbort = () => this.#abort(signal.reason);
      signal.addEventListener("abort", this.#onCallerAbort);
    }
  }

  #abort(reason: unknown): void {
    // A clock of the user's own may wake what was stopped.
    if (this.#hasEnded) return;
    this.#abortion = { reason };
    this.dispose();
    // First, so that what the call makes of its signal comes too late.
    this.#settle({ ok: false, error: reason });
    this.#controller?.abort(reason);
  }
}
