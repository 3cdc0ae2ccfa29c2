import { checkInteger, checkOptions } from "@midguard/kernel/internal";
import { type Decision, decide, type LimitState } from "../../decision.ts";
import { type Limit, maxLimits } from "../../limits/limit.ts";
import type { RateLimitStore, StoreRequest } from "../../store.ts";
import { cellOf } from "./cell.ts";
import { Hash, type HashKey, randomHashKey } from "./hash.ts";
import { type Column, type Table, widthOf } from "./table.ts";
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

/** How a list of limits is counted. */
interface Plan {
  readonly limits: readonly Limit[];
  readonly columns: readonly Column[];
  /** Same layout, same table: the windows, not the numbers. */
  readonly layout: string;
  /** Words of a key that has no slot. Never charged. */
  readonly blank: Int32Array;
  /** The largest cost that all limits can hold. */
  readonly most: number;
  table: Table;
}

const none: readonly LimitState[] = Object.freeze([]);

/** What each limit has used, for the take in hand. All stores share it, since nothing is waited for between its uses. */
const used = new Int32Array(maxLimits);

/** Rolls every limit on to `now`. How many of them have no room for `cost`. */
function measure(columns: readonly Column[], state: Int32Array, slot: number, now: number, cost: number): number {
  let over = 0;
  for (let index = 0; index < columns.length; index += 1) {
    const { cell, offset, limit } = columns[index] as Column;
    const count = cell.roll(state, slot + offset, now);
    used[index] = count;
    if (count + cost > limit) over += 1;
  }
  return over;
}

/** Charges every limit with `cost`, and tells how they stand then. */
function charge(columns: readonly Column[], state: Int32Array, slot: number, now: number, cost: number): LimitState[] {
  // Of its length at once: an array that grows takes room for sixteen more.
  const states = new Array<LimitState>(columns.length);
  for (let index = 0; index < columns.length; index += 1) {
    const { name, cell, offset, limit } = columns[index] as Column;
    const left = limit - cost - (used[index] as number);
    const resetAfterMs = cell.charge(state, slot + offset, now, cost);
    states[index] = { name, limit, remaining: Math.max(0, left), resetAfterMs };
  }
  return states;
}

function violatedOf(columns: readonly Column[], states: readonly LimitState[], cost: number): LimitState[] {
  return states.filter((_, index) => (used[index] as number) + cost > (columns[index] as Column).limit);
}

/** How long it takes until all limits have room for `cost`: for ever where one can never hold it. */
function waitOf(columns: readonly Column[], state: Int32Array, slot: number, now: number, cost: number): number {
  let longest = 0;
  for (let index = 0; index < columns.length; index += 1) {
    const { cell, offset, limit } = columns[index] as Column;
    if ((used[index] as number) + cost <= limit) continue;
    if (cost > limit) return Infinity;
    const waitMs = cell.waitMs(state, slot + offset, now, limit - cost);
    if (waitMs > longest) longest = waitMs;
  }
  return longest;
}

/** The store under a given hash key. */
export function createMemoryStore(maxBytes: number, hashKey: HashKey): MemoryStore {
  const tables = createTables(maxBytes);
  const hash = new Hash(hashKey);
  const plans = new WeakMap<readonly Limit[], Plan>();
  let lastPlan: Plan | undefined;

  function makePlan(limits: readonly Limit[], now: number): Plan {
    // After the word that `Table` keeps in each slot.
    let offset = 1;
    const columns = limits.map((limit): Column => {
      const column = { name: limit.name, limit: limit.limit, cell: cellOf(limit), offset };
      offset += column.cell.words;
      return column;
    });
    const layout = limits.map(({ id }) => id).join("\n");
    const blank = new Int32Array(widthOf(columns));
    const most = Math.min(...limits.map(({ limit }) => limit));
    const plan = { limits, columns, layout, blank, most, table: tables.open(layout, columns, now) };
    plans.set(limits, plan);
    return plan;
  }

  /** The plan of these limits, with a table that is in use. */
  function planOf(limits: readonly Limit[], now: number): Plan {
    let plan = lastPlan;
    if (plan?.limits !== limits) plan = lastPlan = plans.get(limits) ?? makePlan(limits, now);
    if (plan.table.dropped) plan.table = tables.open(plan.layout, plan.columns, now);
    plan.table.columns = plan.columns;
    plan.table.usedAt = now;
    return plan;
  }

  /** A slot for a key that has none. */
  function placeOf(table: Table, high: number, low: number, now: number): number {
    for (;;) {
      let slot = table.place(high, low, now);
      if (slot < 0 && !table.full) slot = table.vacate(high, low);
      if (slot >= 0) return slot;
      if (!tables.grow(table, now)) return table.evict(high, low);
    }
  }

  function takeSync(request: StoreRequest): Decision {
    const { key, cost, now, limits } = request;
    const plan = planOf(limits, now);
    const { columns, table } = plan;
    hash.update(key);
    let slot = table.find(hash.high, hash.low);
    // What some limit can never hold leaves no trace, not even a slot.
    if (slot < 0 && cost <= plan.most) slot = placeOf(table, hash.high, hash.low, now);
    const state = slot < 0 ? plan.blank : table.state;
    const base = slot < 0 ? 0 : slot * table.width;

    const over = measure(columns, state, base, now, cost);
    const states = charge(columns, state, base, now, over === 0 ? cost : 0);
    if (over === 0) return decide(states, none, 0, request, store);
    const violated = over === states.length ? states : violatedOf(columns, states, cost);
    return decide(states, violated, waitOf(columns, state, base, now, cost), request, store);
  }

  const store: MemoryStore = {
    takeSync,
    async take(request) {
      return takeSync(request);
    },
    async refund({ key, cost, now: chargedAt, limits }, decision, now) {
      const { columns, table } = planOf(limits, now);
      hash.update(key);
      const slot = table.find(hash.high, hash.low);
      // Without a slot of its own it was charged to a shared one, where it cannot be told from what others did.
      if (slot < 0) return;
      for (const [index, { cell, offset }] of columns.entries()) {
        const at = slot * table.width + offset;
        cell.roll(table.state, at, now);
        cell.refund(table.state, at, now, cost, chargedAt, (decision.limits[index] as LimitState).resetAfterMs);
      }
    },
    async peek({ key, now, limits }) {
      const plan = planOf(limits, now);
      hash.update(key);
      let slot = plan.table.find(hash.high, hash.low);
      if (slot < 0) slot = plan.table.findShared(hash.high, hash.low, now);
      const state = slot < 0 ? plan.blank : plan.table.state;
      const base = slot < 0 ? 0 : slot * plan.table.width;
      measure(plan.columns, state, base, now, 0);
      return charge(plan.columns, state, base, now, 0);
    },
    async reset(key) {
      hash.update(key);
      for (const table of tables.all) table.clear(hash.high, hash.low);
    },
  };
  return store;
}

/**
 * Keeps the counts in this execution environment: nothing to set up and the fastest, but every environment counts for
 * itself, and counts are gone with it, after minutes to hours. For a quota that must hold, take a store that all share.
 *
 * It never takes more than `maxBytes`, however many keys there are: the least used make way, never one that is over its
 * limit. Where all places of a new key are taken by such keys, it is counted together with others of its kind.
 *
 * Limits per caller may differ in their numbers as they like. Of different sets of windows and names it keeps one for
 * every 16 KiB, and 16 at least; past that it forgets what was counted under the one unused for longest, with a warning.
 *
 * @example
 * memoryStore({ maxBytes: 16 * 1_024 * 1_024 })
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { maxBytes } = checkOptions("memoryStore", options, { maxBytes: 4_194_304 });
  checkInteger("maxBytes", maxBytes, 65_536, 1_073_741_824);
  return createMemoryStore(maxBytes, randomHashKey());
}
