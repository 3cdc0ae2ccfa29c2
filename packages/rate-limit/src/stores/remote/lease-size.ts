import type { StoreRequest } from "../../store/store.ts";
import type { LeaseOptions } from "./options.ts";
import { mostOf } from "./same-limits.ts";

/** How many units an environment may hold of a key beyond the request that takes them, for the cost of that request. */
export type SpareUnits = (request: StoreRequest) => number;

/** `maxUnderuse` of the smallest limit, divided among the environments; or `size` takes, less the one in use. */
export function spareUnitsBy(lease: LeaseOptions): SpareUnits {
  if ("size" in lease) return ({ cost }) => (lease.size - 1) * cost;
  const { maxUnderuse, environments } = lease;
  return ({ limits }) => Math.floor((maxUnderuse * mostOf(limits)) / environments);
}
