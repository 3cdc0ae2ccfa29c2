import type { Clock } from "@midguard/kernel";
import { createStoreGuard, type StoreGuard } from "@midguard/kernel/internal";
import type { FleetMember } from "./member.ts";
import type { Participant } from "./participant.ts";
import type { CircuitStore } from "./store.ts";
import { type Job, sendReports, syncAndAsk, syncOnly } from "./sync.ts";
import { CircuitStoreTimeoutError } from "./timeout-error.ts";

/** Options of `createFleetSync`. */
export interface FleetSyncOptions {
  readonly participants: readonly Participant[];
  /** How often the store is asked while nothing fails, in ms. */
  readonly syncMs: number;
  /** How long a synchronisation may take, in ms. The first one of an environment gets 500 or more. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Called with the circuits of a store that failed. */
  onError(circuits: readonly string[], error: unknown): void;
}

/** Keeps the members of a chain of middlewares in touch with the fleet. Nothing it returns rejects. */
export interface FleetSync {
  /** A request begins. Resolves when its calls may start: only the first request, and one that may probe, waits. */
  begin(): { readonly ready?: Promise<void>; readonly overlapping?: Promise<void> };
  /** A request ends: sends what its calls showed. `undefined` if there is nothing to send. */
  end(): Promise<void> | undefined;
}

/** The first call of an environment waits for DNS, TLS and credentials. */
const firstTimeoutMs = 500;

export function createFleetSync(options: FleetSyncOptions): FleetSync {
  const { participants, syncMs, timeoutMs, clock, onError } = options;
  const guards = new Map<CircuitStore, StoreGuard>();
  let hasStarted = false;
  let running: Promise<void> | undefined;

  function guardOf(store: CircuitStore): StoreGuard {
    const timeoutError = (ms: number): Error => new CircuitStoreTimeoutError(ms);
    const guard = guards.get(store) ?? createStoreGuard({ timeoutMs, firstTimeoutMs, clock, timeoutError });
    guards.set(store, guard);
    return guard;
  }

  async function askStore(store: CircuitStore, members: readonly FleetMember[], job: Job): Promise<void> {
    const guard = guardOf(store);
    if (!guard.admits()) return;
    try {
      await guard.call((signal) => job(store, members, signal));
    } catch (error) {
      // Cut short by the invocation's deadline: that says nothing about the store.
      if (error instanceof CircuitStoreTimeoutError && error.timeoutMs < timeoutMs) return;
      for (const member of members) member.lose();
      onError(
        members.map(({ name }) => name),
        error,
      );
    }
  }

  async function ask(members: readonly FleetMember[], job: Job): Promise<void> {
    const byStore = Map.groupBy(members, ({ store }) => store);
    await Promise.all([...byStore].map(([store, own]) => askStore(store, own, job)));
  }

  /** One synchronisation at a time, however many requests are under way. */
  function sync(members: readonly FleetMember[], job: Job): Promise<void> {
    running ??= ask(members, job).finally(() => {
      running = undefined;
    });
    return running;
  }

  /** The first synchronisation, which every request waits for that comes before its end. */
  async function start(members: readonly FleetMember[]): Promise<void> {
    await sync(members, syncAndAsk);
    hasStarted = true;
  }

  const current = (): readonly FleetMember[] => participants.flatMap((participant) => participant.members());

  return {
    begin() {
      const members = current();
      if (members.length === 0) return {};
      if (!hasStarted) return { ready: start(members) };
      if (members.some((member) => member.isProbeDue())) return { ready: sync(members, syncAndAsk) };
      if (members.some((member) => member.isReadDue(syncMs))) return { overlapping: sync(members, syncOnly) };
      return {};
    },
    end() {
      const reporting = current().filter((member) => member.isReportDue());
      if (reporting.length === 0) return undefined;
      return ask(reporting, sendReports);
    },
  };
}
