import { readOptions, wholeNumber } from "@midguard/kernel/internal";
import type { Decision, LimitState } from "../../store/decision.ts";
import { decide } from "../../store/receipt.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { Entry } from "./entry.ts";
import { type Fingerprint, Hash, type HashKey } from "./hash.ts";
import { createHashKey } from "./hash-key.ts";
import { createPlans, type Plan } from "./plans.ts";
import type { Table } from "./table.ts";
import { createTables } from "./tables.ts";

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The most memory that the counts take, in bytes, from 64 KiB to 1 GiB. @default 4_194_304 (4 MiB) */
  readonly maxBytes?: number | undefined;
}

/** A store that never waits. */
export interface MemoryStore extends RateLimitStore {
  takeSync(request: StoreRequest): Decision;
}

const none: readonly LimitState[] = Object.freeze([]);

/** The entry of a plan's key in its slot; -1 stands for a key without one. */
function entryAt({ columns, table, blank }: Plan, slot: number, now: number): Entry {
  const { words, width } = table.slots;
  return slot < 0
    ? new Entry(columns, { words: blank, at: 0 }, now)
    : new Entry(columns, { words, at: slot * width }, now);
}

/** The store whose hash key `makeHashKey` makes at the first request. */
export function createMemoryStore(maxBytes: number, makeHashKey: () => HashKey): MemoryStore {
  const tables = createTables(maxBytes);
  const planOf = createPlans(tables);
  let hash: Hash | undefined;

  function fingerprintOf(key: string): Fingerprint {
    // Not at construction: environments restored from a snapshot would share the hash key.
    hash ??= new Hash(makeHashKey());
    return hash.of(key);
  }

  /** A slot for a key that has none. */
  function newSlot(table: Table, key: Fingerprint, now: number): number {
    for (;;) {
      const placement = table.place(key, now);
      if (placement.kind === "free") return table.claim(placement, key);
      const vacated = table.full ? -1 : table.vacate(key);
      if (vacated >= 0) return vacated;
      if (!tables.grow(table, now)) return table.claim(placement, key);
    }
  }

  function takeSync(request: StoreRequest): Decision {
    const { key, cost, now, limits } = request;
    const plan = planOf(limits, now);
    const fingerprint = fingerprintOf(key);
    let slot = plan.table.slots.find(fingerprint);
    // A cost that some limit can never hold leaves no trace, not even a slot.
    if (slot < 0 && cost <= plan.most) slot = newSlot(plan.table, fingerprint, now);
    const entry = entryAt(plan, slot, now);
    const used = entry.used();
    const retryAfterMs = entry.waitMs(used, cost);
    const states = entry.charge(used, retryAfterMs === 0 ? cost : 0);
    const violated = retryAfterMs === 0 ? none : entry.violated(states, used, cost);
    return decide({ request, store, limits: states, violated, retryAfterMs });
  }

  const store: MemoryStore = {
    takeSync,
    async take(request) {
      return takeSync(request);
    },
    async refund({ key, cost, now: takenAt, limits }, decision, now) {
      const plan = planOf(limits, now);
      const slot = plan.table.slots.find(fingerprintOf(key));
      // Without a slot of its own the key was counted together with others, so its share is unknown.
      if (slot < 0) return;
      const entry = entryAt(plan, slot, now);
      entry.used();
      entry.refund(decision.limits.map(({ resetAfterMs }) => ({ cost, takenAt, resetAfterMs })));
    },
    async peek({ key, now, limits }) {
      const plan = planOf(limits, now);
      const fingerprint = fingerprintOf(key);
      const own = plan.table.slots.find(fingerprint);
      const entry = entryAt(plan, own < 0 ? plan.table.findShared(fingerprint, now) : own, now);
      return entry.charge(entry.used(), 0);
    },
    async reset(key) {
      const fingerprint = fingerprintOf(key);
      for (const table of tables.all) table.clear(fingerprint);
    },
  };
  return store;
}

/**
 * Keeps the counts in this execution environment: nothing to set up and the fastest, but every environment counts for
 * itself, and its counts end with it, after minutes to hours. If a quota must hold, use a store that all share.
 *
 * It never takes more than `maxBytes`, however many keys there are: the least used keys are evicted, never one that is
 * over its limit. If all places of a new key are taken by such keys, it is counted together with others like it.
 *
 * Limits per caller may have any numbers. Of different sets of windows and names it keeps one for every 16 KiB, and at
 * least 16; past that it forgets what was counted under the one unused for longest, with a warning.
 *
 * @example
 * memoryStore({ maxBytes: 16 * 1_024 * 1_024 })
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const rules = { maxBytes: wholeNumber({ min: 65_536, max: 1_073_741_824 }) };
  const { maxBytes } = readOptions("memoryStore", options, rules, { maxBytes: 4_194_304 });
  return createMemoryStore(maxBytes, createHashKey);
}
