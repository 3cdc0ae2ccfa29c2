import { setAlarm } from "./alarm.ts";
import type { Run } from "./run.ts";
import { type TimeSpan, timeoutOf } from "./timeout.ts";

/** Why an attempt was aborted: its timeout, or the caller's reason, which may be `undefined`. */
export interface Abort {
  readonly reason: unknown;
}

function ignore(): void {}

/**
 * Watches for what may abort an attempt before its call settles: the caller's signal and, once its own is read, its
 * timeout.
 */
export class AbortWatch {
  readonly #run: Run;
  readonly #span: TimeSpan;
  #controller: AbortController | undefined;
  #stopAlarm: () => void = ignore;
  #reject: (reason: unknown) => void = ignore;
  #abort: Abort | undefined;
  #isDisposed = false;
  readonly #onCallerAbort = (): void => this.#abortWith(this.#run.policy.signal?.reason);

  constructor(run: Run, span: TimeSpan) {
    this.#run = run;
    this.#span = span;
    run.policy.signal?.addEventListener("abort", this.#onCallerAbort);
  }

  get abort(): Abort | undefined {
    return this.#abort;
  }

  /** The attempt's signal, made on demand. If the time is already up, it is aborted from the start. */
  get signal(): AbortSignal {
    this.#controller ??= this.#createController();
    return this.#controller.signal;
  }

  /** `result`, or the reason of the abort, whichever comes first. */
  race<T>(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#abort !== undefined) reject(this.#abort.reason);
      result.then(resolve, reject);
    });
  }

  /** Removes timer and listener. */
  dispose(): void {
    this.#isDisposed = true;
    this.#stopAlarm();
    this.#run.policy.signal?.removeEventListener("abort", this.#onCallerAbort);
  }

  #createController(): AbortController {
    const { clock } = this.#run.policy;
    const { endsAt } = this.#span;
    const controller = new AbortController();
    if (clock.now() >= endsAt) this.#timeOut();
    else if (endsAt < Infinity && !this.#isDisposed) this.#stopAlarm = setAlarm(clock, endsAt, () => this.#timeOut());
    if (this.#abort !== undefined) controller.abort(this.#abort.reason);
    return controller;
  }

  #timeOut(): void {
    // A clock of the user's own may wake what was stopped.
    if (!this.#isDisposed) this.#abortWith(timeoutOf(this.#run, this.#span));
  }

  #abortWith(reason: unknown): void {
    this.#abort = { reason };
    this.dispose();
    // Rejected before the signal aborts, so that the attempt fails with `reason` and not with the call's own abort error.
    this.#reject(reason);
    this.#controller?.abort(reason);
  }
}
