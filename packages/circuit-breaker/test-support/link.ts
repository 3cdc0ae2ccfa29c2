import type { CircuitStore } from "../src/fleet/store.ts";

/** What happens to what an environment sends. `slow`: it waits until it is delivered, even after the sender has given up. */
export type LinkMode = "ok" | "slow" | "lose-request" | "lose-answer";

/** The way of one environment to a store. */
export interface Link extends CircuitStore {
  mode: LinkMode;
  /** Delivers the `nth` of what waits. */
  deliver(nth: number): Promise<void>;
  readonly waiting: number;
}

export function createLink(store: CircuitStore): Link {
  const waiting: (() => Promise<void>)[] = [];

  async function pass<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (link.mode === "lose-request") throw new Error("the request was lost");
    if (link.mode !== "slow") {
      const answer = await call();
      if (link.mode === "lose-answer") throw new Error("the answer was lost");
      return answer;
    }
    return new Promise<T>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      waiting.push(() => call().then(resolve, reject));
    });
  }

  const link: Link = {
    mode: "ok",
    get waiting() {
      return waiting.length;
    },
    async deliver(nth) {
      const [call] = waiting.splice(nth % Math.max(1, waiting.length), 1);
      await call?.();
    },
    read: (circuits, signal) => pass(() => store.read(circuits, signal), signal),
    count: (circuit, epoch, slot, signal) => pass(() => store.count(circuit, epoch, slot, signal), signal),
    move: (circuit, epoch, next, signal) => pass(() => store.move(circuit, epoch, next, signal), signal),
    list: (signal) => pass(() => store.list(signal), signal),
  };
  return link;
}
