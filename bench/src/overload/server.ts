import { phases, type Scenario, server } from "./scenario.ts";

/** An answer of the server that is an error. */
class ServerError extends Error {
  readonly statusCode = 500;
}

function timedOut(): Error {
  return Object.assign(new Error("timed out"), { name: "TimeoutError" });
}

/**
 * A server with a number of workers and one queue, first in first out. It does not learn that a client has given up: the
 * work is done all the same.
 */
export class SimulatedServer {
  readonly #scenario: Scenario;
  readonly #random: () => number;
  /** What waits, from index `#begun` on. */
  readonly #queue: { readonly isPoisoned: boolean; end(error?: Error): void }[] = [];
  #begun = 0;
  #busy = 0;
  /** Calls that arrived during the trouble. */
  attempts = 0;

  constructor(scenario: Scenario, random: () => number) {
    this.#scenario = scenario;
    this.#random = random;
  }

  /** How far the trouble is, from 0 to 1; `undefined` if there is none now. */
  #trouble(): number | undefined {
    const { seconds, flapMs } = this.#scenario.trouble;
    const ms = Date.now() - phases.warmUpS * 1_000;
    if (ms < 0 || ms >= seconds * 1_000) return undefined;
    if (flapMs !== undefined && ms % (2 * flapMs) >= flapMs) return undefined;
    return ms / (seconds * 1_000);
  }

  /** Whether a request that comes now comes during the trouble, pauses of it included. */
  isTroubled(): boolean {
    const ms = Date.now() - phases.warmUpS * 1_000;
    return ms >= 0 && ms < this.#scenario.trouble.seconds * 1_000;
  }

  #ableWorkers(): number {
    const { workers = 1, isSlow } = this.#scenario.trouble;
    const progress = this.#trouble();
    if (progress === undefined) return server.workers;
    const lost = (1 - workers) * (isSlow ? progress : 1);
    return Math.round(server.workers * (1 - lost));
  }

  #errorOf(isPoisoned: boolean): Error | undefined {
    const { errors = 0, isPoisoned: hasPoison } = this.#scenario.trouble;
    const fails = (hasPoison && isPoisoned) || (this.#trouble() !== undefined && this.#random() < errors);
    return fails ? new ServerError("failed") : undefined;
  }

  /** Begins as much of what waits as there are workers. */
  work(): void {
    const able = this.#ableWorkers();
    while (this.#busy < able && this.#begun < this.#queue.length) {
      const job = this.#queue[this.#begun];
      this.#begun += 1;
      this.#busy += 1;
      const error = this.#errorOf(job?.isPoisoned ?? false);
      const { errorMs = server.callMs } = this.#scenario.trouble;
      setTimeout(() => this.#end(job, error), error === undefined ? server.callMs : errorMs);
    }
  }

  #end(job: { end(error?: Error): void } | undefined, error: Error | undefined): void {
    this.#busy -= 1;
    job?.end(error);
    this.work();
  }

  /** A call with a time limit: that of the scenario, or of `signal`, if there is one. */
  call(isPoisoned: boolean, signal?: AbortSignal): Promise<void> {
    if (this.isTroubled()) this.attempts += 1;
    return new Promise((resolve, reject) => {
      const timer = signal === undefined ? setTimeout(() => reject(timedOut()), this.#scenario.timeoutMs) : undefined;
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#queue.push({
        isPoisoned,
        end(error) {
          clearTimeout(timer);
          if (error === undefined) resolve();
          else reject(error);
        },
      });
      this.work();
    });
  }
}
