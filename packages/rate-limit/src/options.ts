import { type Clock, type RequestOutcome, systemClock } from "@midguard/kernel";
import {
  anything,
  callback,
  flag,
  isRecord,
  number,
  oneOf,
  optionsOf,
  type Rule,
  readOptions,
  required,
  shape,
  text,
  textLike,
} from "@midguard/kernel/internal";
import type { MissingKeyAnswer } from "./answer/errors.ts";
import type { HeaderStyle } from "./answer/headers.ts";
import { clientAddressDefaults, clientAddressRules } from "./client/client-address.ts";
import type { IdentityOptions } from "./client/identity.ts";
import type { Key } from "./client/key.ts";
import { networksRule } from "./client/networks.ts";
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
  /** The store that keeps the counts. @default memoryStore() */
  readonly store?: RateLimitStore | undefined;
  /**
   * The time. Elsewhere in Midguard the default is the monotonic clock, but counts must agree with other machines.
   * @default the wall clock
   */
  readonly clock?: Clock | undefined;
  /**
   * How to decide when the store fails: `"local"` by a memory store of this environment; `"allow"` and `"deny"` admit or
   * reject without counting (`limits` of the decision is empty). A failed store gets one request per second as a probe.
   * @default "local"
   */
  readonly onStoreError?: "local" | "allow" | "deny" | undefined;
  /**
   * How long a store may take to answer, in ms. The first answer of an environment may take 1_000, and no answer takes
   * longer than the invocation's remaining time less its reserve: 100 ms, or `reserveMs` of `retry()`.
   * @default 250
   */
  readonly storeTimeoutMs?: number | undefined;
}

/** Options of `rateLimit`. */
export interface RateLimitOptions<TEvent = unknown> extends Omit<RateLimiterOptions, "limits"> {
  /**
   * One limit or several, decided together; or a function that returns the limits of this caller. It should return
   * constants, because each new list of limits is checked and prepared.
   */
  readonly limits: Limit | readonly Limit[] | ((event: TEvent, context: RequestContext) => Limit | readonly Limit[]);
  /**
   * The key that a request counts under: text, or parts by name, `{ tenant, user }`, which no text can equal.
   * @default the client's address, or the network of `ipv6Prefix` bits for IPv6
   */
  readonly key?: ((event: TEvent, context: RequestContext) => Key | undefined) | undefined;
  /**
   * What happens to an API request without a key: `"deny"` answers 403, an object another status; `"allow"` does not limit
   * it; `"address"` counts it under `{ address: clientAddress(event) }`. A load balancer's health check has no address,
   * and is not limited unless it has a `key` of yours.
   * @default "deny"
   */
  readonly onMissingKey?: "deny" | "allow" | "address" | MissingKeyAnswer | undefined;
  /** How much a request takes: whole, 0 or more. More than a limit can hold is rejected for good. @default 1 */
  readonly cost?: ((event: TEvent) => number) | undefined;
  /** Returns true for requests that are not limited. @default none */
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
  /** The factory, for error texts. */
  readonly owner: string;
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

/** By its shape, because users may write their own store. */
const storeRule = shape<RateLimitStore>(
  { take: callback(), refund: callback(), peek: callback(), reset: callback() },
  "a store such as memoryStore()",
);

const headersRule: Rule<Readonly<Record<string, string>>> = (name, value) => {
  const headers = shape<Record<string, string>>({})(name, value);
  for (const [header, content] of Object.entries(headers)) text(`${name}.${header}`, content);
  return headers;
};
const answerRules = { statusCode: required(oneOf(400, 401, 403)), headers: headersRule };
const missingKeyWord = oneOf("deny", "allow", "address");

const missingKeyRule: Rule<NonNullable<RateLimitOptions["onMissingKey"]>> = (name, value) =>
  isRecord(value) ? readOptions(name, value, answerRules) : missingKeyWord(name, value);

const engineRules = {
  // No colon: it separates the name from the key.
  name: textLike(/^[\w.-]{1,64}$/, 'text of 1 to 64 letters, digits, ".", "_" or "-"'),
  store: storeRule,
  clock: shape<Clock>({ now: callback(), sleep: callback() }),
  onStoreError: oneOf("local", "allow", "deny"),
  storeTimeoutMs: number({ min: 1 }),
};
const engineDefaults = {
  name: "default",
  clock: wallClock,
  onStoreError: "local" as const,
  storeTimeoutMs: 250,
};

const limitsHint = 'write it as a limit: limits: slidingWindow(10, "1m")';
/** How other limiters name their limits. */
const limitHints = Object.fromEntries(
  ["windowMs", "window", "max", "limit", "points", "duration", "interval"].map((name) => [name, limitsHint]),
);
const middlewareOptions = optionsOf(
  "rateLimit()",
  ...["key", "onMissingKey", "skip", "allowList", "denyList", "ipv6Prefix", "trustedHops", "countIf", "dryRun"],
  "headers",
);

/** A memory store of its own, if no store is given. */
function withStore(store: RateLimitStore | undefined): Pick<EngineOptions, "store" | "ownStore"> {
  return { store: store ?? memoryStore(), ownStore: store === undefined };
}

/** Checks the options of `createRateLimiter`, except the limits, which the engine checks. */
export function resolveLimiterOptions(options: RateLimiterOptions): [EngineOptions, RateLimiterOptions["limits"]] {
  const owner = "createRateLimiter";
  const rules = { ...engineRules, limits: required(anything<RateLimiterOptions["limits"]>()) };
  const { limits, store, ...engine } = readOptions(owner, options, rules, engineDefaults, {
    ...limitHints,
    ...middlewareOptions,
    cost: "it is an option of take()",
  });
  return [{ ...engine, ...withStore(store), owner, dryRun: false }, limits];
}

/** Checks the options of `rateLimit`, except the limits, which the engine checks. */
export function resolveMiddlewareOptions<TEvent>(
  options: RateLimitOptions<TEvent>,
): [EngineOptions, MiddlewareOptions<TEvent>] {
  type Given = { [Option in keyof RateLimitOptions]-?: Exclude<RateLimitOptions<TEvent>[Option], undefined> };
  const owner = "rateLimit";
  const rules = {
    ...engineRules,
    limits: required(anything<Given["limits"]>()),
    key: callback<Given["key"]>(),
    onMissingKey: missingKeyRule,
    cost: callback<Given["cost"]>(),
    skip: callback<Given["skip"]>(),
    allowList: networksRule,
    denyList: networksRule,
    ...clientAddressRules,
    countIf: callback<Given["countIf"]>(),
    dryRun: flag,
    headers: oneOf("ietf", "legacy", "both", "none"),
  };
  const defaults = {
    ...engineDefaults,
    onMissingKey: "deny" as const,
    ...clientAddressDefaults,
    dryRun: false,
    headers: "ietf" as const,
  };
  const filled = readOptions(owner, options, rules, defaults, limitHints);
  const { name, store, clock, onStoreError, storeTimeoutMs, dryRun, ...own } = filled;
  return [{ name, clock, onStoreError, storeTimeoutMs, ...withStore(store), owner, dryRun }, own];
}
