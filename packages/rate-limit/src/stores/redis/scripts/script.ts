import { createHash } from "node:crypto";
import { countsLua } from "./counts.ts";
import { quotaLua } from "./quota.ts";
import { refundLua } from "./refund.ts";
import { slidingWindowLua } from "./sliding-window.ts";
import { strictWindowLua } from "./strict-window.ts";
import { takeLua } from "./take.ts";
import { tokenBucketLua } from "./token-bucket.ts";

/** A kind of limit, as the scripts name it. */
export type ScriptKind = "sliding" | "strict" | "quota" | "bucket";

const kindsLua: Readonly<Record<ScriptKind, string>> = {
  sliding: slidingWindowLua,
  strict: strictWindowLua,
  quota: quotaLua,
  bucket: tokenBucketLua,
};

/** A Lua script and the name that a server caches it under. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/** The scripts for limits of some kinds. */
export interface Scripts {
  /** Decides about all limits together, and charges them. */
  readonly take: Script;
  /** Gives a charge back. */
  readonly refund: Script;
}

function scriptOf(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

/**
 * The scripts for limits of these kinds: 15 pairs at most, whatever the limits. `adapt` changes their source, to test them
 * on a clock.
 */
export function scriptsFor(kinds: ReadonlySet<ScriptKind>, adapt = (source: string): string => source): Scripts {
  const names = Object.keys(kindsLua) as ScriptKind[];
  const common =
    countsLua +
    names
      .filter((kind) => kinds.has(kind))
      .map((kind) => kindsLua[kind])
      .join("");
  return { take: scriptOf(adapt(common + takeLua)), refund: scriptOf(adapt(common + refundLua)) };
}
