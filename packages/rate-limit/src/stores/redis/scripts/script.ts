import { type Script, scriptOf } from "@midguard/kernel/stores";
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

/** The scripts for limits of some kinds. */
export interface Scripts {
  /** Decides about all limits together, and charges them. */
  readonly take: Script;
  /** Gives a charge back. */
  readonly refund: Script;
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
