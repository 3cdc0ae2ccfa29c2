import type { StoreHarness } from "./harness.ts";

/** A kind of limit, as a store supports or refuses it. */
export type StoreKind = "sliding-window" | "strict" | "quota" | "token-bucket";

/**
 * A thing that a case needs of a store: a kind of limit; `"environments"`: other instances on the same data, which a store
 * in memory has not; `"caller-clock"`: time that a test can move, for cases that take hours or count single ms.
 */
export type StoreNeed = StoreKind | "environments" | "caller-clock";

/** One behaviour of every store. `run` rejects with an `AssertionError` if a store lacks it. */
export interface StoreContractCase {
  readonly name: string;
  /** What it needs: leave it out for a store that lacks one of them. */
  readonly needs: readonly StoreNeed[];
  /** Takes a store that may hold other keys already. */
  run(harness: StoreHarness): Promise<void>;
}

/** Every kind of limit. */
export const storeKinds: readonly StoreKind[] = ["sliding-window", "strict", "quota", "token-bucket"];
