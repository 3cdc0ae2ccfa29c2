import { createStoreGuard, list, syncResult } from "@midguard/kernel/internal";
import type { EngineOptions } from "../options.ts";
import type { Decision, LimitState } from "../store/decision.ts";
import { decide, isDecidedBy, type Receipt } from "../store/receipt.ts";
import type { Ask, RateLimitStore, StoreRequest } from "../store/store.ts";
import { StoreTimeoutError } from "../store/store-timeout-error.ts";
import { type MemoryStore, memoryStore } from "../stores/memory/memory-store.ts";

/** A failed store is called again after this long. It is also `Retry-After` for clients that are rejected meanwhile. */
const probeAfterMs = 1_000;

/** Options of `createFailover`. */
export interface FailoverOptions extends Pick<EngineOptions, "store" | "clock" | "onStoreError" | "storeTimeoutMs"> {
  /** Called with the error of each call that failed. */
  onError(error: unknown): void;
}

/** A store whose failures are handled by `onStoreError`. */
export interface Failover {
  /** Decides in any case: at once if the store can. */
  take(request: StoreRequest): Decision | Promise<Decision>;
  /** Gives back what was charged; if the store fails, it stays charged. */
  refund(receipt: Receipt, decision: Decision, now: number): Promise<void>;
  /** Rejects if the store fails. */
  peek(request: Omit<StoreRequest, "cost">): Promise<readonly LimitState[]>;
  /** Rejects if the store fails. */
  reset(key: string): Promise<void>;
}

/** For stores that do not wait. Not created at import: loading its class takes 0.2 ms of a cold start. */
function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

/** A decision without any store. It has no receipt, because nothing was charged. */
function undecided(allowed: boolean): Decision {
  const retryAfterMs = allowed ? 0 : probeAfterMs;
  return { allowed, remaining: 0, resetAfterMs: 0, retryAfterMs, violated: [], limits: [] };
}

const listRule = list();

/** The store's answer as a decision with its receipt. Throws if it is no decision. */
function receipted(answer: Decision, request: StoreRequest, store: RateLimitStore): Decision {
  if (isDecidedBy(answer, store)) return answer;
  const { allowed, limits, violated, retryAfterMs } = answer;
  listRule("rateLimit: limits of the store's decision", limits);
  listRule("rateLimit: violated of the store's decision", violated);
  // By name: an answer that was JSON holds no limit twice.
  const over = limits.filter(({ name }) => violated.some((limit) => limit.name === name));
  const waitMs = allowed ? 0 : Math.max(1, retryAfterMs || 0);
  return decide({ request, store, limits, violated: over, retryAfterMs: waitMs });
}

/** Calls a store under a guard, and decides without it when it fails. */
export function createFailover(options: FailoverOptions): Failover {
  const { store, clock, onStoreError, onError } = options;
  const timeoutError = (timeoutMs: number): Error => new StoreTimeoutError(timeoutMs);
  const guard = createStoreGuard({ timeoutMs: options.storeTimeoutMs, probeAfterMs, clock, timeoutError });
  let local: MemoryStore | undefined;

  function fallBack(request: StoreRequest): Decision {
    if (onStoreError !== "local") return undecided(onStoreError === "allow");
    local ??= memoryStore();
    return local.takeSync(request);
  }

  function fail(error: unknown, request: StoreRequest): Decision {
    onError(error);
    return fallBack(request);
  }

  async function askRemotely(request: StoreRequest, ask: Ask): Promise<Decision> {
    if (!guard.admits()) return fallBack(request);
    try {
      return receipted(await guard.call(ask), request, store);
    } catch (error) {
      return fail(error, request);
    }
  }

  return {
    take(request) {
      try {
        if (store.takeSync !== undefined)
          return receipted(syncResult("takeSync", store.takeSync(request)), request, store);
        const answer = store.takeOrAsk?.(request) ?? ((signal: AbortSignal) => store.take(request, signal));
        return typeof answer === "function" ? askRemotely(request, answer) : receipted(answer, request, store);
      } catch (error) {
        return fail(error, request);
      }
    },
    async refund({ request, store: charged }, decision, now) {
      if (charged.takeSync !== undefined) return charged.refund(request, decision, now, neverAborted());
      if (!guard.admits()) return;
      try {
        await guard.call((signal) => charged.refund(request, decision, now, signal));
      } catch (error) {
        onError(error);
      }
    },
    peek: (request) => guard.call((signal) => store.peek(request, signal)),
    async reset(key) {
      await local?.reset(key, neverAborted());
      await guard.call((signal) => store.reset(key, signal));
    },
  };
}
