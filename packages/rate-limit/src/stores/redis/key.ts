import { createHash } from "node:crypto";

/** Longer keys are stored as their SHA-256. */
const longestBytes = 128;

/** The Redis key that a limiter's key is counted under. */
export function redisKey(key: string): string {
  if (Buffer.byteLength(key) <= longestBytes) return `rl:${key}`;
  return `rl#${createHash("sha256").update(key).digest("base64url")}`;
}
