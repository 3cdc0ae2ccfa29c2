import type { CircuitStore } from "@midguard/circuit-breaker";
import { memoryCircuitStore } from "@midguard/circuit-breaker/testing";
import { after } from "../time.ts";
import type { FleetSettings } from "./contestant.ts";

/** What a store of the network does: answers after 5 to 50 ms, or never while it is lost. Counts what it is asked. */
export function simulatedStore({ random, isStoreAlive, counts }: FleetSettings): CircuitStore {
  const memory = memoryCircuitStore({ now: () => Date.now() });

  async function pass<T>(ask: () => Promise<T>): Promise<T> {
    if (!isStoreAlive()) return new Promise<never>(() => {});
    await after(2 + 22 * random());
    const answer = await ask();
    await after(3 + 23 * random());
    return answer;
  }

  return {
    read(circuits, signal) {
      counts.storeReads += 1;
      return pass(() => memory.read(circuits, signal));
    },
    count(circuit, epoch, slot, signal) {
      counts.storeWrites += 1;
      return pass(() => memory.count(circuit, epoch, slot, signal));
    },
    move(circuit, epoch, next, signal) {
      counts.storeWrites += 1;
      return pass(async () => {
        const reply = await memory.move(circuit, epoch, next, signal);
        if (reply.hasMoved && next.phase === "open") counts.fleetOpens += 1;
        return reply;
      });
    },
    list: (signal) => pass(() => memory.list(signal)),
  };
}
