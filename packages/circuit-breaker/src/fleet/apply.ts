import { type CircuitRecord, type FleetState, unknownRecord } from "./state.ts";
import type { CircuitStore, RecordReply } from "./store.ts";

/** Another environment moves a circuit once a second at most, so that few attempts are enough. */
const attempts = 10;

/**
 * Makes a move whatever epoch the circuit has: reads it, and decides anew if another environment was faster.
 *
 * @param decide - The next state; `undefined` to leave the circuit as it is.
 * @returns the circuit after it.
 */
export async function applyMove(
  store: CircuitStore,
  circuit: string,
  decide: (record: CircuitRecord, now: number) => FleetState | undefined,
  signal: AbortSignal,
): Promise<RecordReply> {
  const { now, records } = await store.read([circuit], signal);
  let found: RecordReply = { now, record: records.get(circuit) };
  for (let tried = 0; tried < attempts; tried += 1) {
    const record = found.record ?? unknownRecord;
    const next = decide(record, found.now);
    if (next === undefined) return found;
    const reply = await store.move(circuit, record.epoch, next, signal);
    if (reply.hasMoved) return reply;
    found = reply;
  }
  throw new Error(`circuit ${circuit}: other environments moved it ${attempts} times meanwhile`);
}
