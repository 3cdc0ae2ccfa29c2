import { handleRejection, syncResult } from "@midguard/kernel/internal";
import type { Warn } from "../warn.ts";
import { isPropertyName, isPropertyValue, maxProperties } from "./limits.ts";

/** A field of a line that is neither metric nor dimension. */
export type Property = readonly [name: string, value: string | number];

/** Returns the user's fields of a line. */
export type ReadProperties = () => Readonly<Record<string, string | number>>;

/** The user's properties that can be emitted. Others are dropped with one warning; so are all if `read` fails. */
export function usableProperties(
  read: ReadProperties,
  isTaken: (name: string) => boolean,
  warn: Warn,
): readonly Property[] {
  const usable: Property[] = [];
  try {
    for (const [name, value] of Object.entries(syncResult("metrics: properties", read()))) {
      if (usable.length < maxProperties && !isTaken(name) && isPropertyName(name) && isPropertyValue(value)) {
        usable.push([name, value]);
      } else {
        handleRejection(value);
        warn("property", "a property cannot be emitted and was dropped", name);
      }
    }
  } catch (error) {
    warn("property", "the option properties failed", error);
  }
  return usable;
}
