import type { Invocation } from "@midguard/kernel";
import { enclosingInvocation } from "@midguard/kernel/internal";
import type { Attempt } from "./attempt.ts";
import type { Policy } from "./options.ts";
import { usableMs } from "./reserve.ts";

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
  /** What the run had at the start before the deadline, the reserve taken off; `Infinity` outside of any invocation. */
  readonly #deadlineMs: number;
  #startedAt: number | undefined;

  constructor(policy: Policy, call: Call<T>, caller: AbortSignal | undefined, once: boolean) {
    this.policy = policy;
    this.call = call;
    this.caller = caller;
    this.once = once;
    const invocation = enclosingInvocation();
    this.#deadlineMs = invocation === undefined ? Infinity : usableMs(invocation);
    this.invocation = invocation?.ended ? undefined : invocation;
    this.#startedAt = policy.readsClock ? policy.clock.now() : undefined;
  }

  /** Whether there is time for a first attempt. */
  get hasTime(): boolean {
    return this.#deadlineMs > 0;
  }

  /** Which limit ends the run. */
  get bound(): "deadline" | "max-elapsed" {
    return this.#deadlineMs <= this.policy.maxElapsedMs ? "deadline" : "max-elapsed";
  }

  /** When, by the clock, no attempt may begin any more and running ones are cut; `Infinity` for never. */
  get endsAt(): number {
    return this.#start() + Math.min(this.#deadlineMs, this.policy.maxElapsedMs);
  }

  /** Since the start or, where nothing needed the time before, since this is first asked. */
  get elapsedMs(): number {
    const startedAt = this.#start();
    return this.policy.clock.now() - startedAt;
  }

  #start(): number {
    if (this.#startedAt === undefined) {
      const left = this.invocation === undefined ? this.#deadlineMs : usableMs(this.invocation);
      // Where the invocation has ended meanwhile, all of its time is gone.
      const spentMs = this.#deadlineMs === Infinity ? 0 : this.#deadlineMs - (left === Infinity ? 0 : left);
      this.#startedAt = this.policy.clock.now() - spentMs;
    }
    return this.#startedAt;
  }
}
