import type { FleetSlot } from "../../fleet/state.ts";
import type { CircuitStore, RecordReply, RecordsReply } from "../../fleet/store.ts";
import { addToSlot, replaceState, startSlot } from "./expressions.ts";
import { nameOf, recordIn, recordOf } from "./item.ts";
import { type DynamoDbCircuitStoreOptions, resolveStoreOptions } from "./options.ts";
import { createTable, type Found, type Written } from "./table.ts";

/** The most keys that DynamoDB reads in one request. */
const keysPerRead = 100;

function recordsIn({ now, items }: Found): RecordsReply {
  return { now, records: new Map(items.map((item) => [nameOf(item), recordIn(item)])) };
}

function replyOf({ now, item }: Written): RecordReply {
  return { now, record: recordOf(item) };
}

/**
 * Keeps the state of circuits in a DynamoDB table, for all environments. Up to 100 circuits are read in one `BatchGetItem`,
 * eventually consistent; a report is one `UpdateItem`, or two for the first one of a slot of time; a move is one conditional
 * `PutItem`; the list is one `Query`. An item stays under 1 KB and expires a day after its last change, unless it is isolated.
 *
 * Time is that of the environments, which Lambda keeps exact, within the second that DynamoDB's answers show.
 *
 * @example
 * const store = dynamoDbCircuitStore({ client: new DynamoDBClient(), tableName: "circuits" });
 * const payments = createCircuitBreaker({ name: "payments", store });
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function dynamoDbCircuitStore(options: DynamoDbCircuitStoreOptions): CircuitStore {
  const table = createTable(resolveStoreOptions(options));

  async function count(circuit: string, epoch: number, slot: FleetSlot, signal: AbortSignal): Promise<RecordReply> {
    const now = Date.now();
    const added = await table.update(circuit, addToSlot(epoch, slot, now), signal);
    const record = recordOf(added.item);
    if (added.isDone || (record?.epoch ?? 0) !== epoch) return { now: added.now, record };
    // Nobody has counted in this slot yet.
    const started = await table.update(circuit, startSlot(circuit, epoch, slot, now), signal);
    if (started.isDone || recordOf(started.item)?.epoch !== epoch) return replyOf(started);
    // Somebody was faster, or the slot is too old.
    return replyOf(await table.update(circuit, addToSlot(epoch, slot, now), signal));
  }

  return {
    async read(circuits, signal) {
      const reads: Promise<Found>[] = [];
      for (let at = 0; at < circuits.length; at += keysPerRead) {
        reads.push(table.get(circuits.slice(at, at + keysPerRead), signal));
      }
      const found = await Promise.all(reads);
      return recordsIn({ now: Math.max(...found.map(({ now }) => now)), items: found.flatMap(({ items }) => items) });
    },
    count,
    async move(circuit, epoch, next, signal) {
      const { now, isDone, item } = await table.put(replaceState(circuit, epoch, next, Date.now()), signal);
      return { now, hasMoved: isDone, record: isDone ? { ...next, slots: [] } : recordOf(item) };
    },
    list: async (signal) => recordsIn(await table.query(signal)),
    async connect() {
      await table.get(["connect"], new AbortController().signal);
    },
  };
}
