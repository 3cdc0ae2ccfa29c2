import { checkInteger, checkType } from "@midguard/kernel/internal";
import { type Decision, decide, isReceipted, type LimitState, receiptOf } from "./decision.ts";
import { rateLimitEvents } from "./events.ts";
import { createStoreGuard, probeAfterMs } from "./guard.ts";
import { checkLimits, type Limit } from "./limits/limit.ts";
import { type EngineOptions, type RateLimiterOptions, resolveLimiterOptions } from "./options.ts";
import type { StoreRequest } from "./store.ts";
import { type MemoryStore, memoryStore } from "./stores/memory/memory-store.ts";
import { warnOfLongWindows } from "./warning.ts";

/** Limits by key, without Middy. */
export interface RateLimiter {
  /**
   * Takes `cost` (1) from every limit of `key`, or nothing from any: the decision says which. Resolves also where the
   * store fails, as `onStoreError` says. Rejects with a `TypeError` or `RangeError` for a bad key or cost.
   */
  take(key: string, options?: { readonly cost?: number }): Promise<Decision>;
  /** What is left of each limit. Takes nothing. Rejects where the store fails. */
  peek(key: string): Promise<readonly LimitState[]>;
  /**
   * Gives back what a decision of `take` charged, once: never below 0, and nothing where its window is over. Where the
   * store fails it stays charged. Not for decisions from before a `reset` of their key, which has given it back.
   */
  refund(decision: Decision): Promise<void>;
  /** Forgets everything counted under `key`. Rejects where the store fails. */
  reset(key: string): Promise<void>;
}

/** The limiter whose limits come with each call. */
export interface Engine {
  now(): number;
  /** Checks limits, each list once. The same list every time for the same limits. */
  check(limits: Limit | readonly Limit[]): readonly Limit[];
  /** Decides at once where the store can. */
  take(key: string, cost: number, limits: readonly Limit[]): Decision | Promise<Decision>;
  peek(key: string, limits: readonly Limit[]): Promise<readonly LimitState[]>;
  refund(decision: Decision): Promise<void>;
  reset(key: string): Promise<void>;
}

/** For stores that do not wait. Not made ahead: to load its class takes 0.2 ms of a cold start. */
function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

/** The engine on checked options. */
export function createEngine(options: EngineOptions): Engine {
  const { name, store, clock, onStoreError, dryRun } = options;
  const prefix = options.ownStore ? "" : `${name}:`;
  const guard = createStoreGuard(options.storeTimeoutMs, clock);
  const checked = new WeakMap<object, readonly Limit[]>();
  const refunded = new WeakSet<Decision>();
  let local: MemoryStore | undefined;

  function now(): number {
    return Math.max(0, Math.floor(clock.now()));
  }

  function tell(decision: Decision, key: string): Decision {
    if (!decision.allowed && decision.violated.length > 0 && rateLimitEvents.hasSubscribers) {
      const violated = decision.violated.map((state) => state.name);
      const { retryAfterMs } = decision;
      rateLimitEvents.publish({ type: "rate_limit.exceeded", source: name, key, violated, retryAfterMs, dryRun });
    }
    return decision;
  }

  function tellFailure(error: unknown): void {
    if (!rateLimitEvents.hasSubscribers) return;
    rateLimitEvents.publish({ type: "rate_limit.store_failed", source: name, error, handledBy: onStoreError });
  }

  /** The decision without the store. */
  function fallBack(request: StoreRequest): Decision {
    if (onStoreError === "local") {
      local ??= memoryStore();
      return local.takeSync(request);
    }
    const allowed = onStoreError === "allow";
    // Without a receipt: nothing was charged.
    return {
      allowed,
      remaining: 0,
      resetAfterMs: 0,
      retryAfterMs: allowed ? 0 : probeAfterMs,
      violated: [],
      limits: [],
    };
  }

  /** What the store has answered, with its receipt. Throws where it is no decision. */
  function receipted(answer: Decision, request: StoreRequest): Decision {
    if (isReceipted(answer, store)) return answer;
    const { allowed, limits, violated, retryAfterMs } = answer;
    checkType("the store's limits", limits, "array");
    checkType("the store's violated", violated, "array");
    // By name, for what came as JSON holds no limit twice.
    const over = limits.filter(({ name }) => violated.some((limit) => limit.name === name));
    return decide(limits, over, allowed ? 0 : Math.max(1, retryAfterMs || 0), request, store);
  }

  function takeAtOnce(request: StoreRequest): Decision {
    try {
      return receipted((store as MemoryStore).takeSync(request), request);
    } catch (error) {
      tellFailure(error);
      return fallBack(request);
    }
  }

  async function takeRemotely(request: StoreRequest): Promise<Decision> {
    if (!guard.admits()) return fallBack(request);
    try {
      return receipted(await guard.call((signal) => store.take(request, signal)), request);
    } catch (error) {
      tellFailure(error);
      return fallBack(request);
    }
  }

  return {
    now,
    check(limits) {
      let list = checked.get(limits);
      if (list === undefined) {
        list = checkLimits(limits);
        if (store.takeSync !== undefined) warnOfLongWindows(list);
        checked.set(limits, list);
      }
      return list;
    },
    take(key, cost, limits) {
      const request = { key: prefix + key, cost, now: now(), limits };
      if (store.takeSync !== undefined) return tell(takeAtOnce(request), key);
      return takeRemotely(request).then((decision) => tell(decision, key));
    },
    async peek(key, limits) {
      const request = { key: prefix + key, now: now(), limits };
      return guard.call((signal) => store.peek(request, signal));
    },
    async refund(decision) {
      const receipt = receiptOf(decision);
      if (receipt === undefined || !decision.allowed || refunded.has(decision)) return;
      refunded.add(decision);
      const { request, store: charged } = receipt;
      if (charged.takeSync !== undefined) return charged.refund(request, decision, now(), neverAborted());
      if (!guard.admits()) return;
      try {
        await guard.call((signal) => charged.refund(request, decision, now(), signal));
      } catch (error) {
        tellFailure(error);
      }
    },
    async reset(key) {
      await local?.reset(prefix + key, neverAborted());
      await guard.call((signal) => store.reset(prefix + key, signal));
    },
  };
}

/**
 * A limiter to be asked by hand: for calls that are no API request, or under other keys than a request's.
 *
 * @example
 * const mails = createRateLimiter({ name: "mails", limits: [slidingWindow(3, "10m"), quota(20, "day")] });
 * const { allowed, retryAfterMs } = await mails.take(user.id);
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const [engineOptions, given] = resolveLimiterOptions(options);
  const engine = createEngine(engineOptions);
  const limits = engine.check(given);
  return {
    async take(key, options) {
      const cost = options?.cost ?? 1;
      checkType("key", key, "string");
      if (cost !== 1) checkInteger("cost", cost, 0);
      return engine.take(key, cost, limits);
    },
    async peek(key) {
      return engine.peek(checkType("key", key, "string"), limits);
    },
    refund: (decision) => engine.refund(decision),
    async reset(key) {
      return engine.reset(checkType("key", key, "string"));
    },
  };
}
