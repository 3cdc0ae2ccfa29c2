import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { StoreKind } from "../case.ts";

/** One limit of each kind, that holds `limit` and does not free itself while a case runs. */
export function slowLimit(kind: StoreKind, limit = 3): Limit {
  if (kind === "quota") return quota(limit, "year", { name: "slow" });
  if (kind === "token-bucket") return tokenBucket({ name: "slow", capacity: limit, refillPerSecond: 0.000_01 });
  return slidingWindow(limit, "30d", { name: "slow", strict: kind === "strict" });
}

/** The kinds that can free themselves within a second. */
export type QuickKind = Exclude<StoreKind, "quota">;
export const quickKinds: readonly QuickKind[] = ["sliding-window", "strict", "token-bucket"];

/** One limit of each kind, that holds 3 and frees itself soon. */
export function quickLimit(kind: QuickKind): Limit {
  if (kind === "token-bucket") return tokenBucket({ capacity: 3, refillPerSecond: 5 });
  return slidingWindow(3, "1s", { strict: kind === "strict" });
}
