import { type Clock, type RequestOutcome, systemClock } from "@midguard/kernel";
import { checkInteger, checkNumber, checkOneOf, checkOptions, someFunction } from "@midguard/kernel/internal";
import type { HeaderStyle } from "./answer/headers.ts";
import type { IdentityOptions } from "./client/identity.ts";
import { createNetworks } from "./client/networks.ts";
import type { Limit } from "./limits/limit.ts";
import type { RateLimitStore } from "./store/store.ts";
import { memoryStore } from "./stores/memory/memory-store.ts";

/** Options of `createRateLimiter`, and of `rateLimit` too. */
export interface RateLimiterOptions {
  /** One limit or several, decided together: all have room, or nothing is taken. */
  readonly limits: Limit | readonly Limit[];
  /**
   * Part of the stored key, so that two limiters can share a store, and the `source` of events. Letters, digits, `.`,
   * `_` and `-`.
   * @default "default"
   */
  readonly name?: string | undefined;
  /** Where counts are kept. @default memoryStore() */
  readonly store?: RateLimitStore | undefined;
  /**
   * The time. Elsewhere in Midguard the default is the monotonic clock, but counts must agree with other machines.
   * @default the wall clock
   */
  readonly clock?: Clock | undefined;
  /**
   * Who decides when the store fails: `"local"`, a memory store of this environment; `"allow"` or `"deny"` admit or
   * reject without counting (`limits` of the decision is empty). A failed store gets one request per second as a probe.
   * @default "local"
   */
  readonly onStoreError?: "local" | "allow" | "deny" | undefined;
  /**
   * How long a store may take to answer, in ms. The first answer of an environment may take 1_000, and no answer takes
   * longer than the invocation's remaining time less 100 ms.
   * @default 250
   */
  readonly storeTimeoutMs?: number | undefined;
}

/** Options of `rateLimit`. */
export interface RateLimitOptions<TEvent = unknown> extends Omit<RateLimiterOptions, "limits"> {
  /**
   * One limit or several, decided together; or a function that returns the limits of this caller. It should return
   * constants, since each new list of limits is checked and prepared.
   */
  readonly limits: Limit | readonly Limit[] | ((event: TEvent, context: RequestContext) => Limit | readonly Limit[]);
  /** The key that a request counts under. @default the client's address, or the network of `ipv6Prefix` bits for IPv6 */
  readonly key?: ((event: TEvent, context: RequestContext) => string | undefined) | undefined;
  /** Whether an API request without a key gets 403, or is not limited. @default "deny" */
  readonly onMissingKey?: "deny" | "allow" | undefined;
  /** How much a request takes: whole, 0 or more. More than a limit can hold is rejected for good. @default 1 */
  readonly cost?: ((event: TEvent) => number) | undefined;
  /** Requests that are not limited. @default none */
  readonly skip?: ((event: TEvent) => boolean) | undefined;
  /** Addresses and networks (`192.0.2.0/24`) of clients that are not limited, whatever the key. @default none */
  readonly allowList?: readonly string[] | undefined;
  /** Addresses and networks of clients that get 403, whatever the key; stronger than `allowList`. @default none */
  readonly denyList?: readonly string[] | undefined;
  /** Bits of an IPv6 address that make the default key: a customer usually gets a /56. @default 56 */
  readonly ipv6Prefix?: number | undefined;
  /**
   * How many proxies of your own (CloudFront, for instance) stand between client and gateway: the client's address is
   * this many entries left of the right end of X-Forwarded-For. 0: the peer that the gateway saw.
   * @default 0
   */
  readonly trustedHops?: number | undefined;
  /**
   * Whether a request counts, called when it ends: to count only failed logins, for instance. A request is counted
   * first, and given back if this returns false.
   * @default every request counts
   */
  readonly countIf?: ((outcome: RequestOutcome) => boolean) | undefined;
  /** Counts and publishes events as usual, but rejects no request and sets no headers. @default false */
  readonly dryRun?: boolean | undefined;
  /**
   * Headers on responses: RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), or X-RateLimit-Limit,
   * -Remaining and -Reset (epoch seconds), or all of them. A rejection has Retry-After in any case.
   * @default "ietf"
   */
  readonly headers?: HeaderStyle | undefined;
}

/** Lambda's context, as Middy types it. */
export type RequestContext = import("@middy/core").Request["context"];

/** The engine's options, checked and filled up. */
export interface EngineOptions {
  readonly name: string;
  readonly store: RateLimitStore;
  /** The store is the limiter's own, so its keys need no name. */
  readonly ownStore: boolean;
  readonly clock: Clock;
  readonly onStoreError: "local" | "allow" | "deny";
  readonly storeTimeoutMs: number;
  readonly dryRun: boolean;
}

/** The middleware's own options, without the engine's, checked and filled up. */
export interface MiddlewareOptions<TEvent>
  extends IdentityOptions<TEvent, RequestContext>,
    Pick<RateLimitOptions<TEvent>, "limits" | "cost" | "skip" | "countIf"> {
  readonly headers: HeaderStyle;
}

/** Looks `Date` up at each call, so that a test may replace it. */
const wallClock: Clock = { now: () => Date.now(), sleep: systemClock.sleep };

const anything: unknown = undefined;
/** By its shape: users may write their own store. */
const storeLike = {
  take: someFunction,
  refund: someFunction,
  peek: someFunction,
  reset: someFunction,
} as RateLimitStore;
const engineDefaults = {
  name: "default",
  clock: wallClock,
  onStoreError: "local" as "local" | "allow" | "deny",
  storeTimeoutMs: 250,
};

function resolveEngine(
  { name, clock, onStoreError, storeTimeoutMs }: typeof engineDefaults,
  store: RateLimitStore | undefined,
  dryRun: boolean,
): EngineOptions {
  // No colon: it separates the name from the key.
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new RangeError(`name must be 1 to 64 letters, digits, ".", "_" or "-", got ${JSON.stringify(name)}`);
  }
  checkOneOf("onStoreError", onStoreError, ["local", "allow", "deny"]);
  checkNumber("storeTimeoutMs", storeTimeoutMs, 1);
  const ownStore = store === undefined;
  return { name, clock, onStoreError, storeTimeoutMs, store: store ?? memoryStore(), ownStore, dryRun };
}

/** Checks the options of `createRateLimiter`, except the limits, which the engine checks. */
export function resolveLimiterOptions(options: RateLimiterOptions): [EngineOptions, RateLimiterOptions["limits"]] {
  const { limits, store, ...engine } = checkOptions("createRateLimiter", options, engineDefaults, {
    limits: anything as RateLimiterOptions["limits"],
    store: storeLike,
  });
  return [resolveEngine(engine, store, false), limits as RateLimiterOptions["limits"]];
}

/** Checks the options of `rateLimit`, except the limits, which the engine checks. */
export function resolveMiddlewareOptions<TEvent>(
  options: RateLimitOptions<TEvent>,
): [EngineOptions, MiddlewareOptions<TEvent>] {
  type Given = { [Option in keyof RateLimitOptions]-?: Exclude<RateLimitOptions<TEvent>[Option], undefined> };
  const { limits, store, allowList, denyList, dryRun, ...given } = checkOptions(
    "rateLimit",
    options,
    {
      ...engineDefaults,
      onMissingKey: "deny" as Given["onMissingKey"],
      ipv6Prefix: 56,
      trustedHops: 0,
      dryRun: false,
      headers: "ietf" as Given["headers"],
    },
    {
      limits: anything as Given["limits"],
      store: storeLike,
      key: someFunction as Given["key"],
      cost: someFunction as Given["cost"],
      skip: someFunction as Given["skip"],
      allowList: [] as Given["allowList"],
      denyList: [] as Given["denyList"],
      countIf: someFunction as Given["countIf"],
    },
  );
  checkOneOf("onMissingKey", given.onMissingKey, ["deny", "allow"]);
  checkInteger("ipv6Prefix", given.ipv6Prefix, 1, 128);
  checkInteger("trustedHops", given.trustedHops, 0, 32);
  checkOneOf("headers", given.headers, ["ietf", "legacy", "both", "none"]);
  return [
    resolveEngine(given, store, dryRun),
    {
      ...given,
      limits: limits as Given["limits"],
      allowList: allowList && createNetworks("allowList", allowList),
      denyList: denyList && createNetworks("denyList", denyList),
    },
  ];
}
