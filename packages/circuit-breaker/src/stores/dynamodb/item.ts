import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { keptSlots } from "../../fleet/counts.ts";
import {
  type CircuitRecord,
  type FleetPhase,
  type FleetSlot,
  type FleetState,
  unknownRecord,
} from "../../fleet/state.ts";

/** An item as DynamoDB returns it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** All circuits are in one partition, so that one query lists them. */
const partition = "circuits";

/** Numbers of a state, under their own names. */
const numbers = ["epoch", "from", "since", "until", "openings", "lapses"] as const;

/** DynamoDB allows 1,024 bytes for a sort key. */
const longestKey = 256;

function sortKey(circuit: string): string {
  if (Buffer.byteLength(circuit) <= longestKey) return circuit;
  return `sha256-${createHash("sha256").update(circuit).digest("base64url")}`;
}

export function keyOf(circuit: string): Record<string, AttributeValue> {
  return { id: { S: partition }, circuit: { S: sortKey(circuit) } };
}

/** The condition of the query for all circuits. */
export const allCircuits: {
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
} = {
  KeyConditionExpression: "id = :id",
  ExpressionAttributeValues: { ":id": { S: partition } },
};

export function numberValue(value: number): AttributeValue {
  return { N: String(value) };
}

/** A long name stands beside its hash. */
export function nameOf(item: Item): string {
  return item.name?.S ?? item.circuit?.S ?? "";
}

/** The attributes of a state. */
export function attributesOf(circuit: string, state: FleetState): Record<string, AttributeValue> {
  const values = numbers.map((name) => [name, numberValue(state[name])] as const);
  return { ...keyOf(circuit), ...Object.fromEntries(values), name: { S: circuit }, phase: { S: state.phase } };
}

/** The attributes of a slot: its place is taken in turn by those `keptSlots` apart, so that an item never grows. */
export function slotAttributes(index: number): Readonly<Record<"index" | "calls" | "failures" | "reporters", string>> {
  const place = index % keptSlots;
  return {
    index: `index${place}`,
    calls: `calls${place}`,
    failures: `failures${place}`,
    reporters: `reporters${place}`,
  };
}

function numberOf(item: Item, name: string): number {
  return Number(item[name]?.N ?? 0);
}

function slotAt(item: Item, place: number): FleetSlot | undefined {
  const names = slotAttributes(place);
  if (item[names.index] === undefined) return undefined;
  return {
    index: numberOf(item, names.index),
    calls: numberOf(item, names.calls),
    failures: numberOf(item, names.failures),
    reporters: (item[names.reporters]?.SS ?? []).join(""),
  };
}

/** The record in an item. */
export function recordIn(item: Item): CircuitRecord {
  const slots = Array.from({ length: keptSlots }, (_, place) => slotAt(item, place)).filter(
    (slot) => slot !== undefined,
  );
  const state = Object.fromEntries(numbers.map((name) => [name, numberOf(item, name)]));
  // An item that was only counted in has no phase.
  const phase = (item.phase?.S ?? "closed") as FleetPhase;
  return { ...unknownRecord, ...state, phase, slots };
}

/** The same for an item that may not be there. */
export function recordOf(item: Item | undefined): CircuitRecord | undefined {
  return item === undefined ? undefined : recordIn(item);
}
