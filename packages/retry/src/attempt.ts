import { setAlarm } from "./alarm.ts";
import type { Run } from "./run.ts";
import { timeoutOf } from "./timeout.ts";

/** What a call is given about the attempt that it makes. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /**
   * Aborts with an `AttemptTimeoutError` when the attempt's time is up, or with the caller's reason when the caller aborts.
   * An attempt that never reads it has no timeout: nothing could stop its call.
   */
  readonly signal: AbortSignal;
  /** Milliseconds until the attempt's time is up; 0 once it has ended, `Infinity` without a limit. */
  readonly remainingMs: number;
}

export type Call<T> = (attempt: Attempt) => T | PromiseLike<T>;

/** Why an attempt was aborted: its timeout, or the caller's reason, which may be `undefined`. */
export interface Abort {
  readonly reason: unknown;
}

function ignore(): void {}

/**
 * One attempt. Its time counts from its start. It ends when its call settles, or sooner when it is aborted. All but the
 * number is private or on the prototype, so that it is not logged.
 */
export class RunningAttempt implements Attempt {
  readonly number: number;
  readonly #run: Run;
  readonly #startedAt: number;
  readonly #endsAt: number;
  #hasEnded = false;
  #abort: Abort | undefined;
  #controller: AbortController | undefined;
  #onCallerAbort: (() => void) | undefined;
  #stopAlarm: (() => void) | undefined;
  #reject: (reason: unknown) => void = ignore;

  constructor(run: Run, number: number, startedAt: number) {
    this.number = number;
    this.#run = run;
    this.#startedAt = startedAt;
    this.#endsAt = Math.min(startedAt + run.policy.attemptTimeoutMs, run.endsAt);
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#createController();
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#hasEnded ? 0 : Math.max(0, this.#endsAt - this.#run.policy.clock.now());
  }

  /** The abort that ended it, if one did. */
  get abort(): Abort | undefined {
    return this.#abort;
  }

  /**
   * Makes the call. An abort ends the attempt at once, even if the call ignores it, where one can come: if the caller gave
   * a signal, or the call read the attempt's before its first `await`. A result that comes later is dropped.
   */
  make<T>(call: Call<T>): Promise<T> {
    const { signal } = this.#run.policy;
    if (signal !== undefined) {
      this.#onCallerAbort = () => this.#abortWith(signal.reason);
      signal.addEventListener("abort", this.#onCallerAbort);
    }
    let result: Promise<T>;
    try {
      result = Promise.resolve(call(this));
    } catch (error) {
      result = Promise.reject(error);
    }
    return this.#controller === undefined && signal === undefined ? result : this.#untilAborted(result);
  }

  /** Ends the attempt: removes timer and listener. */
  dispose(): void {
    this.#hasEnded = true;
    this.#stopAlarm?.();
    if (this.#onCallerAbort !== undefined) {
      this.#run.policy.signal?.removeEventListener("abort", this.#onCallerAbort);
    }
  }

  /** On demand, with its timer: together they take ten times as long as a call. Without any time left it is born aborted. */
  #createController(): AbortController {
    const controller = new AbortController();
    if (this.remainingMs > 0) this.#setAlarm();
    else this.#timeOut();
    if (this.#abort !== undefined) controller.abort(this.#abort.reason);
    return controller;
  }

  #setAlarm(): void {
    if (this.#endsAt < Infinity) {
      this.#stopAlarm = setAlarm(this.#run.policy.clock, this.#endsAt, () => this.#timeOut());
    }
  }

  #timeOut(): void {
    // A clock of the user's own may wake what was stopped.
    if (!this.#hasEnded) this.#abortWith(timeoutOf(this.#run, this.number, this.#startedAt, this.#endsAt));
  }

  #abortWith(reason: unknown): void {
    this.#abort = { reason };
    this.dispose();
    // First, so that what the call makes of its signal comes too late.
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  #untilAborted<T>(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#abort !== undefined) reject(this.#abort.reason);
      result.then(resolve, reject);
    });
  }
}
