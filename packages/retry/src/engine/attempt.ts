import { type Abort, AbortWatch } from "./abort-watch.ts";
import type { Run } from "./run.ts";

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

/**
 * One attempt. Its time counts from its start. All but the number is private or on the prototype, so that it is not
 * logged.
 */
export class RunningAttempt implements Attempt {
  readonly number: number;
  readonly #run: Run;
  readonly #startedAt: number;
  /** Made on demand, because a signal and its timer take ten times as long as a call. */
  #watch: AbortWatch | undefined;
  #hasEnded = false;

  constructor(run: Run, number: number, startedAt: number) {
    this.number = number;
    this.#run = run;
    this.#startedAt = startedAt;
  }

  get signal(): AbortSignal {
    this.#watch ??= this.#createWatch();
    return this.#watch.signal;
  }

  get remainingMs(): number {
    return this.#hasEnded ? 0 : Math.max(0, this.#endsAt - this.#run.policy.clock.now());
  }

  /** The abort that ended it, if one did. */
  get abort(): Abort | undefined {
    return this.#watch?.abort;
  }

  /**
   * Makes the call. An abort ends the attempt at once, even if the call ignores it, if the caller gave a signal or the call
   * read the attempt's before its first `await`. A result that comes later is dropped.
   */
  make<T>(call: Call<T>): Promise<T> {
    if (this.#run.policy.signal !== undefined) this.#watch = this.#createWatch();
    let result: Promise<T>;
    try {
      result = Promise.resolve(call(this));
    } catch (error) {
      result = Promise.reject(error);
    }
    return this.#watch === undefined ? result : this.#watch.race(result);
  }

  /** Ends the attempt: removes timer and listener. */
  dispose(): void {
    this.#hasEnded = true;
    this.#watch?.dispose();
  }

  get #endsAt(): number {
    return Math.min(this.#startedAt + this.#run.policy.attemptTimeoutMs, this.#run.endsAt);
  }

  #createWatch(): AbortWatch {
    const watch = new AbortWatch(this.#run, { number: this.number, startedAt: this.#startedAt, endsAt: this.#endsAt });
    // Its signal is read for the first time after the end: it never aborts.
    if (this.#hasEnded) watch.dispose();
    return watch;
  }
}
