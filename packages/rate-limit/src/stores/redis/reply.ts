import type { LimitState } from "../../store/decision.ts";
import type { Findings } from "../../store/receipt.ts";
import type { StoreRequest } from "../../store/store.ts";

/** The reply of the take script. */
export interface Reply {
  /** The server's time, in epoch us. */
  readonly nowUs: number;
  /** Milliseconds until all limits have room: 0 if they have, -1 if one never will. */
  readonly waitMs: number;
  /** How much of each limit was used before the take. */
  readonly used: readonly number[];
  /** Milliseconds until nothing of each limit is used any more. */
  readonly resetMs: readonly number[];
}

/** Reads a reply; `undefined` for each of its numbers that is missing if the script had no period for its time. */
export function readReply(reply: unknown): Reply {
  // Numbers may come as text, by an option of the client.
  const [nowUs = NaN, waitMs = NaN, ...counts] = Array.isArray(reply) ? reply.map(Number) : [];
  if (Number.isNaN(nowUs)) throw new TypeError(`redisStore: unexpected answer of the server: ${JSON.stringify(reply)}`);
  const used = counts.filter((_, index) => index % 2 === 0);
  const resetMs = counts.filter((_, index) => index % 2 === 1);
  return { nowUs, waitMs, used, resetMs };
}

/** The states of the limits, of which `charged` was taken. */
export function statesOf(
  { limits }: Pick<StoreRequest, "limits">,
  { used, resetMs }: Reply,
  charged: number,
): LimitState[] {
  return limits.map(({ name, limit }, index) => ({
    name,
    limit,
    remaining: Math.max(0, limit - charged - (used[index] as number)),
    resetAfterMs: resetMs[index] as number,
  }));
}

/** What a reply says about a request. */
export function findingsOf(request: StoreRequest, reply: Reply): Omit<Findings, "request" | "store"> {
  const { cost } = request;
  const { waitMs, used } = reply;
  const limits = statesOf(request, reply, waitMs === 0 ? cost : 0);
  if (waitMs === 0) return { limits, violated: [], retryAfterMs: 0 };
  const violated = limits.filter(({ limit }, index) => (used[index] as number) + cost > limit);
  return { limits, violated, retryAfterMs: waitMs < 0 ? Infinity : waitMs };
}
