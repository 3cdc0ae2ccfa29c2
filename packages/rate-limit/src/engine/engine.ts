import { createWarnOnce } from "@midguard/kernel/internal";
import { rateLimitEvents } from "../events.ts";
import { checkLimits, type Limit } from "../limits/limit.ts";
import type { EngineOptions } from "../options.ts";
import type { Decision, LimitState } from "../store/decision.ts";
import { receiptOf } from "../store/receipt.ts";
import { createFailover, type Failover } from "./failover.ts";
import { warnOfLongWindows } from "./long-windows.ts";

/** A limiter whose limits come with each call. */
export interface Engine {
  /** The limiter's wall clock, in whole epoch ms. */
  now(): number;
  /** Checks limits, each list once. Returns the same list every time for the same limits. */
  check(limits: Limit | readonly Limit[]): readonly Limit[];
  /** Decides at once if the store can. */
  take(key: string, cost: number, limits: readonly Limit[]): Decision | Promise<Decision>;
  peek(key: string, limits: readonly Limit[]): Promise<readonly LimitState[]>;
  refund(decision: Decision): Promise<void>;
  reset(key: string): Promise<void>;
}

function createPublisher({ name, dryRun, onStoreError }: EngineOptions) {
  return {
    exceeded(decision: Decision, key: string): void {
      if (decision.violated.length === 0 || !rateLimitEvents.hasSubscribers) return;
      const violated = decision.violated.map((state) => state.name);
      const { retryAfterMs } = decision;
      rateLimitEvents.publish({ type: "rate_limit.exceeded", source: name, key, violated, retryAfterMs, dryRun });
    },
    storeFailed(error: unknown): void {
      if (!rateLimitEvents.hasSubscribers) return;
      rateLimitEvents.publish({ type: "rate_limit.store_failed", source: name, error, handledBy: onStoreError });
    },
  };
}

/** A function that checks limits, each list once. */
function createLimitCheck({ owner, store }: EngineOptions): Engine["check"] {
  const checked = new WeakMap<object, readonly Limit[]>();
  return function check(limits) {
    let list = checked.get(limits);
    if (list === undefined) {
      list = checkLimits(owner, limits);
      store.check?.(list);
      if (store.takeSync !== undefined) warnOfLongWindows(list);
      checked.set(limits, list);
    }
    return list;
  };
}

/** The engine for checked options. */
export function createEngine(options: EngineOptions): Engine {
  const { name, clock } = options;
  const prefix = options.ownStore ? "" : `${name}:`;
  const publisher = createPublisher(options);
  const warnOnce = createWarnOnce(options.owner);
  const failover: Failover = createFailover({ ...options, onError: publisher.storeFailed });
  const refunded = new WeakSet<Decision>();
  const now = (): number => Math.max(0, Math.floor(clock.now()));

  function published(decision: Decision, key: string): Decision {
    if (!decision.allowed) publisher.exceeded(decision, key);
    if (decision.retryAfterMs === Infinity) {
      const names = decision.violated.map((state) => state.name);
      warnOnce("cost", "a cost above a limit is always rejected; the limits", names.join(", "));
    }
    return decision;
  }

  return {
    now,
    check: createLimitCheck(options),
    take(key, cost, limits) {
      const decision = failover.take({ key: prefix + key, cost, now: now(), limits });
      if (decision instanceof Promise) return decision.then((late) => published(late, key));
      return published(decision, key);
    },
    async peek(key, limits) {
      return failover.peek({ key: prefix + key, now: now(), limits });
    },
    async refund(decision) {
      const receipt = receiptOf(decision);
      if (receipt === undefined || !decision.allowed || refunded.has(decision)) return;
      refunded.add(decision);
      await failover.refund(receipt, decision, now());
    },
    async reset(key) {
      return failover.reset(prefix + key);
    },
  };
}
