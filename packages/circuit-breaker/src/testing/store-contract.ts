import assert from "node:assert/strict";
import { keptSlots } from "../fleet/counts.ts";
import { type CircuitRecord, type FleetSlot, type FleetState, unknownRecord } from "../fleet/state.ts";
import type { CircuitStore } from "../fleet/store.ts";

/** Stores for the cases of `circuitStoreContract`. */
export interface CircuitStoreHarness {
  readonly store: CircuitStore;
  /** More instances on the same data, as other execution environments have them. @default none: one is enough */
  readonly others?: readonly CircuitStore[] | undefined;
}

/** One behaviour of every store. `run` rejects with an `AssertionError` if a store lacks it. */
export interface CircuitStoreContractCase {
  readonly name: string;
  /** Takes a store that may hold other circuits already. */
  run(harness: CircuitStoreHarness): Promise<void>;
}

const { signal } = new AbortController();

function freshName(prefix: string = "contract"): string {
  return `${prefix}:${crypto.randomUUID()}`;
}

/** A state of a circuit, with a number of its own in each field. */
function stateOf(epoch: number, changes: Partial<FleetState> = {}): FleetState {
  const since = 1_764_000_000_000 + epoch;
  return { phase: "suspect", epoch, from: 3, since, until: since + 5, openings: 7, lapses: 2, ...changes };
}

function slotOf(index: number, counts: Partial<FleetSlot> = {}): FleetSlot {
  return { index, calls: 2, failures: 1, reporters: "a", ...counts };
}

/** A record without the order of its slots and of the reporters in them, in which stores differ. */
function sorted(record: CircuitRecord | undefined): CircuitRecord {
  assert.ok(record, "the store has no record");
  const slots = record.slots.map((slot) => ({ ...slot, reporters: [...slot.reporters].sort().join("") }));
  return { ...record, slots: slots.sort((a, b) => a.index - b.index) };
}

async function readOne(store: CircuitStore, circuit: string): Promise<CircuitRecord> {
  const { records } = await store.read([circuit], signal);
  return sorted(records.get(circuit));
}

const counting: readonly CircuitStoreContractCase[] = [
  {
    name: "has no record of a circuit that nobody counted or moved",
    async run({ store }) {
      const { now, records } = await store.read([freshName(), freshName()], signal);
      assert.equal(records.size, 0);
      assert.ok(Number.isInteger(now));
    },
  },
  {
    name: "adds counts and reporters of one slot, and keeps those of other slots apart",
    async run({ store }) {
      const circuit = freshName();
      await store.count(circuit, 0, slotOf(100), signal);
      await store.count(circuit, 0, slotOf(100, { calls: 5, failures: 0, reporters: "" }), signal);
      await store.count(circuit, 0, slotOf(101, { failures: 0, reporters: "" }), signal);
      await store.count(circuit, 0, slotOf(100, { reporters: "-" }), signal);
      const { record } = await store.count(circuit, 0, slotOf(100), signal);
      const slots = [
        { index: 100, calls: 11, failures: 3, reporters: "-a" },
        { index: 101, calls: 2, failures: 0, reporters: "" },
      ];
      assert.deepEqual(sorted(record), { ...unknownRecord, slots });
      assert.deepEqual(await readOne(store, circuit), { ...unknownRecord, slots });
    },
  },
  {
    name: `keeps the newest ${keptSlots} slots, and drops a count for an older one`,
    async run({ store }) {
      const circuit = freshName();
      for (let index = 10; index < 30; index += 1) await store.count(circuit, 0, slotOf(index), signal);
      const { record } = await store.count(circuit, 0, slotOf(21), signal);
      assert.deepEqual(
        sorted(record).slots,
        Array.from({ length: keptSlots }, (_, nth) => slotOf(30 - keptSlots + nth)),
      );
    },
  },
  {
    name: "counts many calls at once from many environments, and loses none",
    async run({ store, others = [] }) {
      const [circuit, stores] = [freshName(), [store, ...others]];
      const counts = Array.from({ length: 40 }, (_, nth) =>
        stores[nth % stores.length]?.count(circuit, 0, slotOf(nth % 2, { reporters: nth < 20 ? "a" : "b" }), signal),
      );
      await Promise.all(counts);
      const slot = { calls: 40, failures: 20, reporters: "ab" };
      assert.deepEqual((await readOne(store, circuit)).slots, [slotOf(0, slot), slotOf(1, slot)]);
    },
  },
  {
    name: "drops counts of another epoch, and answers with the record as it is",
    async run({ store }) {
      const circuit = freshName();
      await store.move(circuit, 0, stateOf(5), signal);
      for (const epoch of [0, 4, 6]) {
        const { record } = await store.count(circuit, epoch, slotOf(0), signal);
        assert.deepEqual(record, { ...stateOf(5), slots: [] });
      }
      const absent = await store.count(freshName(), 4, slotOf(0), signal);
      assert.equal(absent.record, undefined);
    },
  },
];

const phases = ["closed", "suspect", "open", "half-open", "ramping", "isolated"] as const;

const moving: readonly CircuitStoreContractCase[] = [
  {
    name: "keeps every field of a state exactly",
    async run({ store }) {
      for (const [nth, phase] of phases.entries()) {
        const circuit = freshName();
        const next = stateOf(1_764_000_000_000 + nth, { phase, from: 1_764_000_000_000 });
        const { hasMoved, record } = await store.move(circuit, 0, next, signal);
        assert.equal(hasMoved, true);
        assert.deepEqual(record, { ...next, slots: [] });
        assert.deepEqual(await readOne(store, circuit), { ...next, slots: [] });
      }
    },
  },
  {
    name: "makes a move only on the current epoch, and answers with the record as it is",
    async run({ store }) {
      const circuit = freshName();
      await store.move(circuit, 0, stateOf(5), signal);
      for (const epoch of [0, 4, 6]) {
        const { hasMoved, record } = await store.move(circuit, epoch, stateOf(9), signal);
        assert.equal(hasMoved, false);
        assert.deepEqual(record, { ...stateOf(5), slots: [] });
      }
      const absent = await store.move(freshName(), 4, stateOf(5), signal);
      assert.deepEqual([absent.hasMoved, absent.record], [false, undefined]);
    },
  },
  {
    name: "lets one of many moves at once win, and shows it to all",
    async run({ store, others = [] }) {
      const [circuit, stores] = [freshName(), [store, ...others]];
      for (const epoch of [0, 50]) {
        const moves = Array.from({ length: 20 }, (_, nth) =>
          stores[nth % stores.length]?.move(circuit, epoch, stateOf(epoch + 50, { openings: nth }), signal),
        );
        const replies = await Promise.all(moves);
        assert.equal(replies.filter((reply) => reply?.hasMoved).length, 1);
        const made = await readOne(store, circuit);
        for (const reply of replies) assert.deepEqual(reply?.record, made);
      }
    },
  },
  {
    name: "starts a new epoch without counts, and refuses counts of the old one",
    async run({ store }) {
      const circuit = freshName();
      await store.count(circuit, 0, slotOf(3), signal);
      await store.move(circuit, 0, stateOf(1), signal);
      await store.count(circuit, 0, slotOf(3), signal);
      await store.count(circuit, 1, slotOf(4), signal);
      assert.deepEqual(await readOne(store, circuit), { ...stateOf(1), slots: [slotOf(4)] });
    },
  },
];

const names = ["payments", "tenants:a/b c", "http:https://api.example.com:8443", "Zürich 🚲", "x".repeat(400)];

const reading: readonly CircuitStoreContractCase[] = [
  {
    name: "keeps circuits of any name apart, and reads many at once",
    async run({ store }) {
      const circuits = [...names, ...Array(130).keys()].map((name) => freshName(String(name)));
      await Promise.all(circuits.map((circuit, nth) => store.move(circuit, 0, stateOf(nth + 1), signal)));
      const { records } = await store.read([...circuits, freshName()], signal);
      assert.deepEqual([...records.keys()].sort(), circuits.toSorted());
      for (const [nth, circuit] of circuits.entries()) assert.equal(records.get(circuit)?.epoch, nth + 1);
    },
  },
  {
    name: "lists every circuit with a record",
    async run({ store }) {
      const [isolated, counted, absent] = [freshName(), freshName(), freshName()];
      await store.move(isolated, 0, stateOf(1, { phase: "isolated" }), signal);
      await store.count(counted, 0, slotOf(1), signal);
      const { now, records } = await store.list(signal);
      assert.equal(records.get(isolated)?.phase, "isolated");
      assert.deepEqual(records.get(counted), { ...unknownRecord, slots: [slotOf(1)] });
      assert.equal(records.has(absent), false);
      assert.ok(Number.isInteger(now));
    },
  },
  {
    name: "has one clock for all environments, which goes on",
    async run({ store, others = [] }) {
      const [circuit, stores] = [freshName(), [store, ...others]];
      const times: number[] = [];
      for (const one of stores) {
        times.push((await one.read([circuit], signal)).now);
        times.push((await one.count(circuit, 0, slotOf(1), signal)).now);
        times.push((await one.move(circuit, 7, stateOf(8), signal)).now);
      }
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    },
  },
];

/**
 * What every store of circuits does, as data: run each case in any test runner.
 *
 * @example
 * for (const { name, run } of circuitStoreContract) test(name, () => run({ store: myStore() }));
 */
export const circuitStoreContract: readonly CircuitStoreContractCase[] = [...counting, ...moving, ...reading];
