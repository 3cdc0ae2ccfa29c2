import { createHash } from "node:crypto";
import { countsLua } from "./counts.ts";
import { quotaLua } from "./quota.ts";
import { refundLua } from "./refund.ts";
import { slidingWindowLua } from "./sliding-window.ts";
import { strictWindowLua } from "./strict-window.ts";
import { takeLua } from "./take.ts";
import { tokenBucketLua } from "./token-bucket.ts";

/** A Lua script and the name that a server caches it under. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

const commonLua = countsLua + slidingWindowLua + strictWindowLua + quotaLua + tokenBucketLua;

/** A script by its source. */
export function scriptOf(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

/** Decides about all limits together, and charges them. */
export const takeSource: string = commonLua + takeLua;

/** Gives a charge back. */
export const refundSource: string = commonLua + refundLua;
