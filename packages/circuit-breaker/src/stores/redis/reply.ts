import type { CircuitRecord, FleetSlot, FleetState } from "../../fleet/state.ts";

type StoredSlot = readonly [index: number, calls: number, failures: number, reporters: string];

/** Throws unless a script's answer is a list, whose first item is the time. */
export function readReply(reply: unknown): readonly [now: number, ...rest: unknown[]] {
  if (Array.isArray(reply) && typeof reply[0] === "number") return reply as [number, ...unknown[]];
  throw new Error("redisCircuitStore: unexpected answer of the server");
}

function slotOf([index, calls, failures, reporters]: StoredSlot): FleetSlot {
  return { index, calls, failures, reporters };
}

/** The record in a field; `undefined` if there is no field. */
export function recordOf(text: unknown): CircuitRecord | undefined {
  if (text === null || text === undefined) return undefined;
  const {
    slots,
    touched: _,
    ...state
  } = JSON.parse(String(text)) as FleetState & {
    readonly touched: number;
    readonly slots: Readonly<Record<string, StoredSlot>>;
  };
  // Lua writes an empty list as an empty object.
  return { ...state, slots: Object.values(slots).map(slotOf) };
}

/** A state as a field holds it, without counts. */
export function textOf(state: FleetState): string {
  return JSON.stringify({ ...state, slots: [] });
}
