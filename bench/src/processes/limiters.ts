import { memoryStore } from "@midguard/rate-limit";
import { express, flexible, forgetfulStore, midguard, type Taker } from "../limiters.ts";
import { names } from "../names.ts";

/** The cap of our store, in bytes. */
interface Size {
  readonly maxBytes?: number;
}

/** Limiters by name, each of `limit` per hour, made in a process of their own; and ours without a store. */
export const limiters: Readonly<Record<string, (limit: number, size?: Size) => Taker>> = {
  "no store, one window": (limit) => midguard(limit, "one window", forgetfulStore()),
  "no store, three windows": (limit) => midguard(limit, "three windows", forgetfulStore()),
  "midguard, one window": (limit, size) => midguard(limit, "one window", memoryStore(size)),
  "midguard, three windows": (limit, size) => midguard(limit, "three windows", memoryStore(size)),
  [names.flexible]: (limit) => flexible(limit, "one window", true),
  [names.express]: express,
};
