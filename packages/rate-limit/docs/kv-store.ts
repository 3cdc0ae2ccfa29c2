import { createHash } from "node:crypto";
import {
  bucketFullAtUs,
  bucketRefundUs,
  bucketUsed,
  bucketWaitMs,
  calendarOf,
  decide,
  type Limit,
  type LimitState,
  quotaWaitMs,
  type RateLimitStore,
  slidingUsed,
  slidingWaitMs,
  strictPartAt,
  strictParts,
  strictUsed,
  strictWaitMs,
} from "@midguard/rate-limit";

/** A number under each label of a limit, and until when (epoch ms) it is needed. */
type Numbers = Record<string, { readonly value: number; readonly until: number }>;
/** What is stored under a key: the numbers of each limit, by the limit's id. */
type Item = Record<string, Numbers>;

/** What a limit has counted at `now`. */
interface Usage {
  readonly used: number;
  /** Milliseconds until at most `target` is used. */
  waitMs(target: number): number;
  /** What a take of `cost` stores: under which label, which number, and until when. */
  charged(cost: number): { readonly label: string; readonly value: number; readonly until: number };
}

function usageOf(limit: Limit, numbers: Numbers, now: number): Usage {
  const numberAt = (label: number | string) => numbers[label]?.value ?? 0;
  const counted = (label: number, until: number) => (cost: number) => ({
    label: `${label}`,
    value: numberAt(label) + cost,
    until,
  });
  if (limit.kind === "quota") {
    const { start, end } = calendarOf(limit.unit, limit.timeZone).periodAt(now);
    const counts = { used: numberAt(start), leftMs: end - now };
    return { used: counts.used, waitMs: (target) => quotaWaitMs(counts, target), charged: counted(start, end) };
  }
  if (limit.kind === "token-bucket") {
    const counts = { tokenUs: limit.tokenUs, fullAtUs: numberAt("full") };
    return {
      used: bucketUsed(counts, now),
      waitMs: (target) => bucketWaitMs(counts, now, target),
      charged(cost) {
        const value = bucketFullAtUs(counts, now, cost);
        return { label: "full", value, until: value / 1_000 };
      },
    };
  }
  const { windowMs } = limit;
  if (limit.strict) {
    const own = strictPartAt(now, windowMs);
    // Another environment's clock may be ahead: its parts count too.
    const ahead = Object.keys(numbers).map(Number);
    const newest = Math.max(own, ...ahead.filter((part) => part <= own + strictParts));
    const counts = { windowMs, newest, countIn: numberAt };
    return {
      used: strictUsed(counts),
      waitMs: (target) => strictWaitMs(counts, now, target),
      charged: counted(newest, ((newest + strictParts + 1) * windowMs) / strictParts),
    };
  }
  const index = Math.floor(now / windowMs);
  const [previous, current] = [numberAt(index - 1), numberAt(index)];
  const counts = { windowMs, previous, current, elapsedMs: now - index * windowMs };
  return {
    used: slidingUsed(counts),
    waitMs: (target) => slidingWaitMs(counts, target),
    charged: counted(index, (index + 2) * windowMs),
  };
}

function statesOf(limits: readonly Limit[], item: Item, now: number): LimitState[] {
  return limits.map((limit) => {
    const usage = usageOf(limit, item[limit.id] ?? {}, now);
    const remaining = Math.max(0, limit.limit - usage.used);
    return { name: limit.name, limit: limit.limit, remaining, resetAfterMs: usage.waitMs(0) };
  });
}

/** Counts in a key-value server over HTTP that knows conditional writes: `If-Match` and `If-None-Match`. */
export function kvStore(url: string): RateLimitStore {
  // Hashed: keys may hold any character and be of any length, and a URL may not.
  const urlOf = (key: string) => `${url}/${createHash("sha256").update(key).digest("hex")}`;

  async function call(key: string, request: RequestInit, ...allowed: number[]): Promise<Response> {
    const response = await fetch(urlOf(key), request);
    if (response.ok || allowed.includes(response.status)) return response;
    throw new Error(`The key-value server answered with ${response.status}`);
  }

  /** Reads the item of a key, changes it, and writes it; again, if another environment was faster. */
  async function change<T>(
    key: string,
    signal: AbortSignal,
    edit: (item: Item) => { readonly result: T; readonly changed?: Item },
  ): Promise<T> {
    for (;;) {
      const found = await call(key, { signal }, 404);
      const tag = found.headers.get("etag");
      const text = await found.text();
      const { result, changed } = edit(found.ok ? JSON.parse(text) : {});
      if (changed === undefined) return result;
      const headers: Record<string, string> = tag === null ? { "if-none-match": "*" } : { "if-match": tag };
      const put = { method: "PUT", headers, body: JSON.stringify(changed), signal };
      const written = await call(key, put, 412);
      await written.text();
      if (written.ok) return result;
    }
  }

  const store: RateLimitStore = {
    take(request, signal) {
      const { key, cost, now, limits } = request;
      return change(key, signal, (item) => {
        const waits = limits.map((limit) => {
          const usage = usageOf(limit, item[limit.id] ?? {}, now);
          if (usage.used + cost <= limit.limit) return 0;
          return cost > limit.limit ? Infinity : usage.waitMs(limit.limit - cost);
        });
        const retryAfterMs = Math.max(...waits);
        if (retryAfterMs > 0) {
          const states = statesOf(limits, item, now);
          const violated = states.filter((_, index) => waits[index] !== 0);
          return { result: decide({ request, store, limits: states, violated, retryAfterMs }) };
        }
        const changed = { ...item };
        for (const limit of limits) {
          const { label, ...number } = usageOf(limit, item[limit.id] ?? {}, now).charged(cost);
          // Clocks may be some seconds apart: what this one needs no more, another one still may.
          const needed = Object.entries(item[limit.id] ?? {}).filter(([, { until }]) => until + 5_000 > now);
          changed[limit.id] = { ...Object.fromEntries(needed), [label]: number };
        }
        const states = statesOf(limits, changed, now);
        return { result: decide({ request, store, limits: states, violated: [], retryAfterMs: 0 }), changed };
      });
    },
    refund({ key, cost, now: takenAt, limits }, decision, now, signal) {
      return change(key, signal, (item) => {
        const changed = { ...item };
        for (const [index, limit] of limits.entries()) {
          const { label } = usageOf(limit, {}, takenAt).charged(0);
          const number = item[limit.id]?.[label];
          // Its window is over.
          if (number === undefined) continue;
          let given = cost;
          if (limit.kind === "token-bucket") {
            const { resetAfterMs } = decision.limits[index] as LimitState;
            given = bucketRefundUs({ tokenUs: limit.tokenUs, cost, elapsedMs: now - takenAt, resetAfterMs });
          }
          const value = Math.max(0, number.value - given);
          changed[limit.id] = { ...item[limit.id], [label]: { ...number, value } };
        }
        return { result: undefined, changed };
      });
    },
    peek: ({ key, now, limits }, signal) => change(key, signal, (item) => ({ result: statesOf(limits, item, now) })),
    async reset(key, signal) {
      await call(key, { method: "DELETE", signal });
    },
    async connect() {
      await call("connect", {}, 404);
    },
  };
  return store;
}
