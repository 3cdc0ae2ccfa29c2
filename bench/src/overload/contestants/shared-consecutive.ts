import pRetry from "p-retry";
import { after } from "../time.ts";
import type { Call, Contestant, FleetSettings } from "./contestant.ts";

const [failuresToOpen, openMs, successesToClose, cacheMs] = [5, 30_000, 3, 5_000];

interface SharedState {
  openedAt: number | undefined;
  /** The environment that probes. */
  prober: object | undefined;
}

/** One environment of a fleet that shares a circuit. */
class Member {
  readonly #shared: SharedState;
  readonly #settings: FleetSettings;
  #failures = 0;
  #successes = 0;
  #readAt = -Infinity;
  #openedAt: number | undefined;

  constructor(shared: SharedState, settings: FleetSettings) {
    this.#shared = shared;
    this.#settings = settings;
  }

  async #read(): Promise<void> {
    if (Date.now() - this.#readAt < cacheMs && this.#openedAt === undefined) return;
    this.#settings.counts.storeReads += 1;
    if (!this.#settings.isStoreAlive()) return;
    await after(5 + 45 * this.#settings.random());
    this.#readAt = Date.now();
    this.#openedAt = this.#shared.openedAt;
  }

  #isAdmitted(): boolean {
    const { openedAt, prober } = this.#shared;
    if (this.#openedAt === undefined || openedAt === undefined || prober === this) return true;
    if (prober !== undefined || Date.now() - openedAt < openMs) return false;
    this.#settings.counts.storeWrites += 1;
    this.#shared.prober = this;
    this.#successes = 0;
    return true;
  }

  #open(): void {
    this.#settings.counts.storeWrites += 1;
    if (this.#shared.openedAt === undefined) this.#settings.counts.fleetOpens += 1;
    this.#shared.openedAt = Date.now();
    this.#shared.prober = undefined;
    this.#openedAt = Date.now();
    this.#failures = 0;
  }

  #succeed(): void {
    this.#failures = 0;
    if (this.#shared.prober !== this) return;
    this.#successes += 1;
    if (this.#successes < successesToClose) return;
    this.#settings.counts.storeWrites += 1;
    Object.assign(this.#shared, { openedAt: undefined, prober: undefined });
  }

  async run(call: Call): Promise<void> {
    await this.#read();
    if (!this.#isAdmitted()) throw new Error("open");
    try {
      await call();
    } catch (error) {
      this.#failures += 1;
      if (this.#shared.prober === this || this.#failures >= failuresToOpen) this.#open();
      throw error;
    }
    this.#succeed();
  }
}

/**
 * A model of the circuit breaker of Powertools for Python with its defaults: five failures in a row of any environment open
 * the circuit of all for 30 s, one environment probes, and its three successes close it.
 */
export const sharedConsecutive: Contestant = {
  name: "shared 5/30 s/3",
  startFleet(settings) {
    const shared: SharedState = { openedAt: undefined, prober: undefined };
    const options = { retries: settings.maxRetries, minTimeout: 100, factor: 2, randomize: true };
    return () => {
      const member = new Member(shared, settings);
      return (call) => pRetry(() => member.run(call), options);
    };
  },
};
