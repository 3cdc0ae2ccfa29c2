import { createHash } from "node:crypto";

/** A Lua script and the SHA-1 that a server caches it under. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

export function scriptOf(source: string): Script {
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}
