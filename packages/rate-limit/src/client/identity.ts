import { createWarnOnce, type RequestDescription, syncResult } from "@midguard/kernel/internal";
import { addressKey } from "./address.ts";
import { clientAddress } from "./client-address.ts";
import type { Networks } from "./networks.ts";

/** Why a request is denied without being counted. */
export type DenialReason = "deny-list" | "missing-key";

/** Under which key a request counts: it is exempt from the limits without one, or even denied. */
type Identity = { readonly key: string } | { readonly key: undefined; readonly denied: DenialReason | undefined };

/** The options that decide on a request's identity, checked and filled up. */
export interface IdentityOptions<TEvent, TContext> {
  readonly key?: ((event: TEvent, context: TContext) => string | undefined) | undefined;
  readonly onMissingKey: "deny" | "allow";
  readonly allowList: Networks | undefined;
  readonly denyList: Networks | undefined;
  readonly ipv6Prefix: number;
  readonly trustedHops: number;
}

/** Identifies the client of a request. */
export type Identify<TEvent, TContext> = (
  request: { readonly event: TEvent; readonly context: TContext },
  description: RequestDescription,
) => Identity;

const exempt: Identity = { key: undefined, denied: undefined };
const onDenyList: Identity = { key: undefined, denied: "deny-list" };
const withoutKey: Identity = { key: undefined, denied: "missing-key" };

/** Identifies clients by these options: the deny list first, then the allow list, then the key. */
export function createIdentify<TEvent, TContext>(
  options: IdentityOptions<TEvent, TContext>,
): Identify<TEvent, TContext> {
  const { key: keyOf, allowList, denyList, ipv6Prefix, trustedHops } = options;
  const needsAddress = keyOf === undefined || denyList !== undefined || allowList !== undefined;
  const warnOnce = createWarnOnce("rateLimit");

  return function identify({ event, context }, description) {
    const address = needsAddress ? clientAddress(description, trustedHops) : undefined;
    if (address !== undefined && denyList?.has(address)) return onDenyList;
    if (address !== undefined && allowList?.has(address)) return exempt;
    const key: unknown =
      keyOf === undefined
        ? address && addressKey(address, ipv6Prefix)
        : syncResult("rateLimit: key", keyOf(event, context));
    if (typeof key === "string" && key !== "") return { key };
    // Something that is neither a string nor missing: the function is wrong.
    if (key) warnOnce("key", "key must return a string or undefined, but its result has another type", typeof key);
    // Never one bucket that all requests without a key share.
    return options.onMissingKey === "deny" ? withoutKey : exempt;
  };
}
