import { systemClock } from "@midguard/kernel";
import {
  currentScope,
  grantedMs,
  isOver,
  rejected,
  reserveMs,
  type Scope,
  startTimer,
  usableMs,
} from "@midguard/kernel/internal";
import { AttemptTimeoutError } from "./errors.ts";
import type { Policy } from "./options.ts";

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

/** In the place of the time when an attempt is cut: it has ended. */
const over = -Infinity;

/**
 * The engine's side of an attempt: the time that its run has, until the invocation's deadline or until `maxElapsedMs` has
 * passed, and what may cut the attempt before it ends by itself (its timeout, the end of the run's time, the caller).
 *
 * Reading a clock costs as much as a bare async call. So the first attempt reads one only where there is a deadline, and
 * the rest is worked out when first asked for, by a failure or by an attempt that may be cut. There is a timer only for an
 * attempt that reads its signal. All is private or on the prototype: of what a call gets, it sees and logs the number.
 */
export class RunningAttempt<T = unknown> implements Attempt {
  /** 0 where there is no time for one. */
  readonly number: number;
  readonly #policy: Policy;
  readonly #call: Call<T>;
  readonly #invocation: Scope | undefined;
  /** What the run had at its start before the deadline, the reserve taken off; `Infinity` outside of any invocation. */
  readonly #leftMs: number;
  #startedAt: number | undefined;
  /** When the attempt is cut, known once it is asked for, and what it had then. */
  #cutAt: number | undefined;
  #limitMs: number = 0;
  #controller: AbortController | undefined;
  #arming: NodeJS.Immediate | undefined;
  #stopTimer: (() => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;

  constructor(policy: Policy, call: Call<T>, previous?: RunningAttempt<T>) {
    this.#policy = policy;
    this.#call = call;
    if (previous === undefined) {
      const invocation = currentScope();
      const leftMs = usableMs(invocation);
      this.number = leftMs > 0 ? 1 : 0;
      this.#invocation = invocation;
      this.#leftMs = leftMs;
      this.#startedAt = policy.readsClock ? policy.clock.now() : undefined;
    } else {
      this.number = previous.number + 1;
      this.#invocation = previous.#invocation;
      this.#leftMs = previous.#leftMs;
      this.#startedAt = previous.#startedAt;
    }
  }

  get policy(): Policy {
    return this.#policy;
  }

  /**
   * The invocation that the run began in, and so belongs to: a call may enter another one (that of a handler which it
   * calls), and what is current after it is that one.
   */
  get invocation(): Scope | undefined {
    return this.#invocation;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // An attempt that ends within its own turn of the event loop (a cache hit, an open circuit) needs no timer: the
      // immediate that would start one costs a tenth of it. Another clock than the system's may move within a turn.
      if (this.#policy.clock !== systemClock) this.#arm();
      else this.#arming = setImmediate(() => this.#arm());
    }
    return this.#controller.signal;
  }

  get remainingMs(): number {
    const now = this.#policy.clock.now();
    if (this.#cutAt === undefined) {
      // Not `endsAt`: an invocation that ends meanwhile lets no other attempt begin, but cuts none short.
      this.#cutAt = Math.min(now + this.#policy.attemptTimeoutMs, this.#runEndsAt());
      this.#limitMs = Math.max(0, this.#cutAt - now);
    }
    return Math.max(0, this.#cutAt - now);
  }

  /** The aborted signal of an attempt that was cut. */
  get cut(): AbortSignal | undefined {
    // Nobody else has the controller.
    return this.#controller?.signal.aborted ? this.#controller.signal : undefined;
  }

  /** Which limit ends the run. */
  get bound(): "deadline" | "max-elapsed" {
    return this.#leftMs <= this.#policy.maxElapsedMs ? "deadline" : "max-elapsed";
  }

  /** When, by the clock, no attempt may begin any more; `Infinity` for never. Running ones are cut then, too. */
  get endsAt(): number {
    return this.#invocation?.ended ? 0 : this.#runEndsAt();
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
    const { signal } = this.#policy;
    signal?.addEventListener("abort", this);
    let result: Promise<T>;
    try {
      const call = this.#call;
      result = Promise.resolve(call(this));
    } catch (error) {
      return Promise.resolve(rejected(error));
    }
    return this.#controller === undefined && signal === undefined ? result : this.#race(result);
  }

  /** The caller's signal calls this when it aborts. */
  handleEvent(): void {
    this.#abort(this.#policy.signal?.reason);
  }

  /** The attempt is over: takes timer and listener away. */
  end(): void {
    this.#cutAt = over;
    // Asked first: it costs a call, and most attempts have none.
    if (this.#arming !== undefined) clearImmediate(this.#arming);
    this.#stopTimer?.();
    this.#policy.signal?.removeEventListener("abort", this);
  }

  /** The attempt after this one. */
  next(): RunningAttempt<T> {
    return new RunningAttempt(this.#policy, this.#call, this);
  }

  #runEndsAt(): number {
    return this.#start() + Math.min(this.#leftMs, this.#policy.maxElapsedMs);
  }

  /** When the run started: known from the deadline where there is one, since that reads the same clock. */
  #start(): number {
    const invocation = this.#invocation;
    this.#startedAt ??=
      invocation === undefined || this.#leftMs === Infinity
        ? this.#policy.clock.now()
        : invocation.invocation.endsAt - reserveMs(invocation) - this.#leftMs;
    return this.#startedAt;
  }

  /** `result`, or the reason of the cut, whichever comes first. What `result` comes to after that is dropped. */
  #race(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.cut !== undefined) reject(this.cut.reason);
      result.then(resolve, reject);
    });
  }

  #arm(): void {
    const leftMs = this.remainingMs;
    if (leftMs === Infinity || this.#cutAt === over) return;
    if (leftMs > 0) {
      // Looks again when it rings: a timer of Node is at most 24 days long, and may fire a little early.
      this.#stopTimer = startTimer(this.#policy.clock, leftMs, () => this.#arm());
    } else this.#abort(new AttemptTimeoutError(this.number, this.#limitMs, this.#isStarved()));
  }

  /** An attempt that outlives its invocation may have been frozen with the process, for any time. */
  #isStarved(): boolean {
    return (this.#invocation !== undefined && isOver(this.#invocation)) || this.#limitMs < this.#fullMs() / 2;
  }

  /** What an attempt has that begins with the run, and the run with the invocation. */
  #fullMs(): number {
    const { attemptTimeoutMs, maxElapsedMs } = this.#policy;
    const invocation = this.#invocation;
    const ownMs = invocation === undefined ? Infinity : grantedMs(invocation) - reserveMs(invocation);
    return Math.min(attemptTimeoutMs, maxElapsedMs, ownMs);
  }

  #abort(reason: unknown): void {
    this.end();
    this.#reject?.(reason);
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}
