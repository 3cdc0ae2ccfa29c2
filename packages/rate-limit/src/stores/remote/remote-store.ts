import { readOptions } from "@midguard/kernel/internal";
import type { RateLimitStore } from "../../store/store.ts";
import type { RemoteStore } from "./ask.ts";
import { withBlockedKeys } from "./blocked-keys.ts";
import { spareUnitsBy } from "./lease-size.ts";
import { withLeases } from "./leases.ts";
import { type RemoteStoreOptions, remoteStoreRules } from "./options.ts";
import { createRejections } from "./rejections.ts";
import { withSampling } from "./sampling.ts";

/** Of busy or blocked keys this many are remembered; a few hundred bytes each. */
const maxKeys = 4_096;

/** What `remoteStore` needs besides its options. */
export interface RemoteStoreSetting {
  /** The factory that the user called, for error texts. @default "remoteStore" */
  readonly owner?: string;
  /** Chooses the requests that are counted: a number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Spares a store behind a network. A key that the store rejected is rejected in this environment, without a call, until
 * it is free again; after 30 s the store is asked again, so that a `reset` elsewhere takes effect. `retryAfterMs`,
 * `resetAfterMs` and `remaining` of such a rejection are lower bounds, unless smaller costs were taken elsewhere. With
 * `lease` or `sample` also admitted requests need fewer calls.
 *
 * Calls that fail reject as those of `base` do. A refund may be for a part of what `base` counted: its `cost` is then
 * smaller than that of the take, and a take may be refunded in several parts.
 *
 * @example
 * const store = remoteStore(postgresStore(pool), { lease: { size: 10 } });
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function remoteStore(
  base: RateLimitStore,
  options: RemoteStoreOptions = {},
  { owner = "remoteStore", random = Math.random }: RemoteStoreSetting = {},
): RemoteStore {
  const { lease, sample } = readOptions(owner, options, remoteStoreRules);
  if (lease !== undefined && sample !== undefined) throw new TypeError(`${owner}: lease and sample exclude each other`);
  const rejections = createRejections(maxKeys);
  const blocked = withBlockedKeys(base, rejections);
  if (lease !== undefined) return withLeases(blocked, spareUnitsBy(lease), maxKeys);
  if (sample === undefined) return blocked;
  return withSampling(blocked, rejections, { owner, every: Math.round(1 / sample), random });
}
