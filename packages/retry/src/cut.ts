import { systemClock } from "@midguard/kernel";
import type { RunningAttempt } from "./attempt.ts";
import { AttemptTimeoutError } from "./errors.ts";

function ignore(): void {}

/**
 * What may end one attempt before it ends by itself: its timeout, the end of the run's time, the caller. There is one
 * only where the attempt reads its signal or `remainingMs`, or where there is a caller's signal; a timer only for a signal.
 */
export class Cut {
  readonly #attempt: RunningAttempt;
  #controller: AbortController | undefined;
  #arming: NodeJS.Immediate | undefined;
  #timer: AbortController | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #unlisten: (() => void) | undefined;
  #limitMs = 0;
  #endsAt: number | undefined;
  #isOver = false;
  /** Who has cut the attempt, if anybody has, and with which reason. */
  by: "caller" | "timeout" | "end" | undefined = undefined;
  reason: unknown = undefined;

  constructor(attempt: RunningAttempt) {
    this.#attempt = attempt;
    const { signal: caller } = attempt.policy;
    if (caller === undefined) return;
    const onAbort = (): void => this.#cut("caller", caller.reason);
    caller.addEventListener("abort", onAbort);
    this.#unlisten = () => caller.removeEventListener("abort", onAbort);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.by !== undefined) this.#controller.abort(this.reason);
      // An attempt that ends within its own turn of the event loop (a cache hit, an open circuit) needs no timer: the
      // immediate that would start one costs a tenth of it. Another clock than the system's may move within a turn.
      else if (this.#attempt.policy.clock !== systemClock) this.#arm();
      else this.#arming = setImmediate(() => this.#arm());
    }
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return Math.max(0, this.#end() - this.#attempt.policy.clock.now());
  }

  /** `result`, or the reason of the cut, whichever comes first. What `result` comes to after that is dropped. */
  race<T>(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.by !== undefined) reject(this.reason);
      result.then(resolve, reject);
    });
  }

  /** The attempt is over: takes timer and listener away. */
  end(): void {
    this.#isOver = true;
    clearImmediate(this.#arming);
    // With a reason, for without one an error with a stack trace would be made.
    this.#timer?.abort(null);
    this.#unlisten?.();
  }

  #end(): number {
    if (this.#endsAt === undefined) {
      const { policy, endsAt } = this.#attempt;
      const now = policy.clock.now();
      this.#limitMs = Math.min(policy.attemptTimeoutMs, endsAt - now);
      this.#endsAt = now + this.#limitMs;
    }
    return this.#endsAt;
  }

  #arm(): void {
    if (this.#isOver) return;
    const { clock, attemptTimeoutMs } = this.#attempt.policy;
    const leftMs = this.#end() - clock.now();
    if (leftMs > 0) {
      if (leftMs === Infinity) return;
      this.#timer = new AbortController();
      // Looks again when it wakes: a timer of Node is at most 24 days long, and may fire a little early.
      clock.sleep(leftMs, this.#timer.signal).then(() => this.#arm(), ignore);
    } else {
      const by = this.#limitMs < attemptTimeoutMs ? "end" : "timeout";
      this.#cut(by, new AttemptTimeoutError(this.#attempt.number, Math.max(0, this.#limitMs)));
    }
  }

  #cut(by: "caller" | "timeout" | "end", reason: unknown): void {
    this.by = by;
    this.reason = reason;
    this.end();
    this.#reject?.(reason);
    this.#controller?.abort(reason);
  }
}
