import { printable } from "@midguard/kernel/internal";

/** JSON, of which a place is checked. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  // JSON has no infinity, but `1e999` is read as one.
  if (value === undefined || typeof value === "number") return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return printable(JSON.stringify(value));
}

/** A broken rule as text: the place, what must be there, and what is. */
export function complaint(place: string, wanted: string, got: unknown): string {
  return `${place}: must be ${wanted}, got ${show(got)}`;
}

/** The place of a member of the root, whose name may be any text. */
export function placeOf(member: string): string {
  return printable(member);
}
