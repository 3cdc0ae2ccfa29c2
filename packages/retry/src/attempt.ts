import type { Invocation } from "@midguard/kernel";
import { enclosingInvocation } from "@midguard/kernel/internal";
import { Cut } from "./cut.ts";
import type { Policy } from "./options.ts";
import { usableMs } from "./reserve.ts";

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

export type Call<T> = (attempt: Attempt) => T | PromiseLike<T>;

/**
 * The engine's side of an attempt, and the time that its run has: until the invocation's deadline or until `maxElapsedMs`
 * has passed. Reading a clock costs as much as a bare async call. So the first attempt reads one only where there is a
 * deadline, and the rest is worked out when first asked for, by a failure or by an attempt that may be cut. From then on
 * only the policy's own clock counts. All is private or on the prototype: of what a call gets, it sees and logs the number.
 */
export class RunningAttempt<T = unknown> implements Attempt {
  readonly number: number;
  readonly #policy: Policy;
  readonly #call: Call<T>;
  readonly #invocation: Invocation | undefined;
  /** What the run had at its start before the deadline, the reserve taken off; `Infinity` outside of any invocation. */
  readonly #deadlineMs: number;
  #startedAt: number | undefined;
  #cut: Cut | undefined;

  constructor(policy: Policy, call: Call<T>, previous?: RunningAttempt<T>) {
    this.#policy = policy;
    this.#call = call;
    if (previous === undefined) {
      const invocation = enclosingInvocation();
      this.number = 1;
      this.#deadlineMs = invocation === undefined ? Infinity : usableMs(invocation);
      this.#invocation = invocation?.ended ? undefined : invocation;
      this.#startedAt = policy.readsClock ? policy.clock.now() : undefined;
    } else {
      this.number = previous.number + 1;
      this.#deadlineMs = previous.#deadlineMs;
      this.#invocation = previous.#invocation;
      this.#startedAt = previous.#start();
    }
    this.#cut = policy.signal === undefined ? undefined : new Cut(this);
  }

  get policy(): Policy {
    return this.#policy;
  }

  /**
   * The invocation that the run began in, and so belongs to: a call may enter another one (that of a handler which it
   * calls), and what is current after it is that one.
   */
  get invocation(): Invocation | undefined {
    return this.#invocation;
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

  /** Whether there is time for a first attempt. */
  get hasTime(): boolean {
    return this.#deadlineMs > 0;
  }

  /** Which limit ends the run. */
  get bound(): "deadline" | "max-elapsed" {
    return this.#deadlineMs <= this.#policy.maxElapsedMs ? "deadline" : "max-elapsed";
  }

  /** When, by the clock, no attempt may begin any more and running ones are cut; `Infinity` for never. */
  get endsAt(): number {
    return this.#start() + Math.min(this.#deadlineMs, this.#policy.maxElapsedMs);
  }

  /** Since the start of the run or, where nothing needed the time before, since this is first asked. */
  get elapsedMs(): number {
    const startedAt = this.#start();
    return this.#policy.clock.now() - startedAt;
  }

  /**
   * Makes the call. Where the attempt may be cut, it ends with the cut, whatever the call makes of its signal: unless the
   * signal is first read after an `await`, which is too late for that.
   */
  begin(): Promise<T> {
    let result: Promise<T>;
    try {
      const call = this.#call;
      result = Promise.resolve(call(this));
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#cut === undefined ? result : this.#cut.race(result);
  }

  /** The attempt is over. */
  end(): void {
    this.#cut?.end();
  }

  /** The attempt after this one. */
  next(): RunningAttempt<T> {
    return new RunningAttempt(this.#policy, this.#call, this);
  }

  #mayCut(): Cut {
    this.#cut ??= new Cut(this);
    return this.#cut;
  }

  /** When the run started. */
  #start(): number {
    if (this.#startedAt === undefined) {
      const left = this.#invocation === undefined ? this.#deadlineMs : usableMs(this.#invocation);
      // Where the invocation has ended meanwhile, all of its time is gone.
      const spentMs = this.#deadlineMs === Infinity ? 0 : this.#deadlineMs - (left === Infinity ? 0 : left);
      this.#startedAt = this.#policy.clock.now() - spentMs;
    }
    return this.#startedAt;
  }
}
