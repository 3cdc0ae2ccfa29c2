import { type Invocation, systemClock } from "@midguard/kernel";
import { enclosingInvocation, timeLeftMs } from "@midguard/kernel/internal";
import type { Attempt } from "./attempt.ts";
import type { Policy } from "./options.ts";
import { reserveMs } from "./reserve.ts";

export type Call<T> = (attempt: Attempt) => T | PromiseLike<T>;

/**
 * One run, from its first attempt to its last, and the time that it has: until the invocation's deadline or until
 * `maxElapsedMs` has passed. Reading a clock costs as much as a bare async call. So the start reads one only where there
 * is a deadline, and the rest is worked out when first asked for, by a failure or by an attempt that may be cut. From
 * then on only the policy's own clock counts.
 */
export class Run<T> {
  readonly policy: Policy;
  readonly call: Call<T>;
  readonly caller: AbortSignal | undefined;
  /** One attempt only. */
  readonly once: boolean;
  /**
   * The invocation that it began in, and so belongs to: a call may enter another one (that of a handler which it calls),
   * and what is current after it is that one.
   */
  readonly invocation: Invocation | undefined;
  /** What the invocation had left at the start; `Infinity` outside of any. */
  readonly #leftMs: number;
  #startedAt: number | undefined;

  constructor(policy: Policy, call: Call<T>, caller: AbortSignal | undefined, once: boolean) {
    this.policy = policy;
    this.call = call;
    this.caller = caller;
    this.once = once;
    const invocation = enclosingInvocation();
    this.#leftMs = timeLeftMs(invocation);
    this.invocation = invocation?.ended ? undefined : invocation;
    // The invocation runs by the system's clock: what passed by another one cannot be learnt from it later.
    const isForeign = policy.clock !== systemClock && this.#leftMs !== Infinity;
    this.#startedAt = isForeign || policy.maxElapsedMs !== Infinity ? policy.clock.now() : undefined;
  }

  /** Whether there is time for a first attempt. */
  get hasTime(): boolean {
    return this.#usableMs() > 0;
  }

  /** Which limit ends the run. */
  get bound(): "deadline" | "max-elapsed" {
    return this.#usableMs() <= this.policy.maxElapsedMs ? "deadline" : "max-elapsed";
  }

  /** When, by the clock, no attempt may begin any more and running ones are cut; `Infinity` for never. */
  get endsAt(): number {
    return this.#start() + Math.min(this.#usableMs(), this.policy.maxElapsedMs);
  }

  /** Since the start or, where nothing needed the time before, since this is first asked. */
  get elapsedMs(): number {
    const startedAt = this.#start();
    return this.policy.clock.now() - startedAt;
  }

  #start(): number {
    if (this.#startedAt === undefined) {
      const left = timeLeftMs(this.invocation);
      // Where the invocation has ended meanwhile, all of its time is gone.
      const spentMs = this.#leftMs === Infinity ? 0 : this.#leftMs - (left === Infinity ? 0 : left);
      this.#startedAt = this.policy.clock.now() - spentMs;
    }
    return this.#startedAt;
  }

  #usableMs(): number {
    return this.#leftMs - reserveMs(this.invocation);
  }
}
