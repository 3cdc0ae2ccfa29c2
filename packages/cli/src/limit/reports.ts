import type { RateLimiter } from "@midguard/rate-limit";
import { formatDuration } from "../duration.ts";
import type { Report } from "../report.ts";
import { ask } from "../store.ts";
import { table } from "../table.ts";

/** What is left of each limit of a key. The finding: nothing is left of at least one, so that a request is rejected. */
export async function peekReport(limiter: RateLimiter, key: string): Promise<Report> {
  const limits = await ask(limiter.peek(key));
  const isLimited = limits.some(({ remaining }) => remaining === 0);
  const rows = limits.map(({ name, limit, remaining, resetAfterMs }) => {
    return [name, remaining, limit, formatDuration(resetAfterMs)];
  });
  const state = isLimited ? "is over a limit" : "is under its limits";
  return {
    data: { key, limited: isLimited, limits },
    text: `${key} ${state}\n\n${table(["limit", "remaining", "of", "full again in"], rows)}`,
    isFinding: isLimited,
  };
}

/** Forgets what is counted under a key. */
export async function resetReport(limiter: RateLimiter, key: string): Promise<Report> {
  await ask(limiter.reset(key));
  return { data: { key, reset: true }, text: `${key} is reset` };
}
