import { Cut } from "./cut.ts";
import type { Run } from "./run.ts";

/** What a call is told of the attempt that it is. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /**
   * Aborts when the attempt's time is up (with an `AttemptTimeoutError`) or when the caller aborts (with the caller's
   * reason). Made when it is first read, and only then is there a timer: an attempt that reads none is not cut.
   */
  readonly signal: AbortSignal;
  /** Milliseconds until the attempt is cut: 0 when time is up, `Infinity` without any limit. Starts no timer. */
  readonly remainingMs: number;
}

/** The engine's side of an attempt. A class for its getters: they cost nothing where nobody reads them. */
export class RunningAttempt implements Attempt {
  readonly number: number;
  readonly #run: Run<unknown>;
  #cut: Cut | undefined;

  constructor(number: number, run: Run<unknown>) {
    this.number = number;
    this.#run = run;
    this.#cut = run.caller === undefined ? undefined : new Cut(run, number);
  }

  get signal(): AbortSignal {
    return this.#mayCut().signal;
  }

  get remainingMs(): number {
    return this.#mayCut().remainingMs;
  }

  /** What ended the attempt before it ended by itself, if anything did. */
  get cut(): Cut | undefined {
    return this.#cut?.by === undefined ? undefined : this.#cut;
  }

  /**
   * Makes the call. Where the attempt may be cut, it ends with the cut, whatever the call makes of its signal: unless the
   * signal is first read after an `await`, which is too late for that.
   */
  begin<T>(run: Run<T>): Promise<T> {
    let result: Promise<T>;
    try {
      result = Promise.resolve(run.call(this));
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#cut === undefined ? result : this.#cut.race(result);
  }

  /** The attempt is over. */
  end(): void {
    this.#cut?.end();
  }

  #mayCut(): Cut {
    this.#cut ??= new Cut(this.#run, this.number);
    return this.#cut;
  }
}
