import { createWarnOnce, type RequestDescription, syncResult } from "@midguard/kernel/internal";
import type { MissingKeyAnswer } from "../answer/errors.ts";
import { addressKey } from "./address.ts";
import { reportedAddress } from "./client-address.ts";
import { isHealthCheck } from "./health-check.ts";
import { isKey, type Key, keyText } from "./key.ts";
import type { Networks } from "./networks.ts";

/** Why a request is denied without being counted. */
export type DenialReason = "deny-list" | "missing-key";

/** Under which key a request counts: it is exempt from the limits without one, or even denied. */
type Identity = { readonly key: string } | { readonly key: undefined; readonly denied: DenialReason | undefined };

/** The options that decide on a request's identity, checked and filled up. */
export interface IdentityOptions<TEvent, TContext> {
  readonly key?: ((event: TEvent, context: TContext) => Key | undefined) | undefined;
  readonly onMissingKey: "deny" | "allow" | "address" | MissingKeyAnswer;
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
  const { key: keyOf, onMissingKey, allowList, denyList, ipv6Prefix, trustedHops } = options;
  const mayUseAddress = keyOf === undefined || onMissingKey === "address";
  const needsAddress = mayUseAddress || denyList !== undefined || allowList !== undefined;
  const warnOnce = createWarnOnce("rateLimit");

  function ownKey(event: TEvent, context: TContext): string | undefined {
    const key: unknown = syncResult("rateLimit: key", keyOf?.(event, context));
    if (isKey(key)) return keyText(key);
    // Neither a key nor missing: the function is wrong.
    if (key) warnOnce("key", "key must return text, parts or undefined, but its result has another type", typeof key);
    return undefined;
  }

  function addressIdentity(address: string | undefined, description: RequestDescription): Identity {
    const key = address && addressKey(address, ipv6Prefix);
    if (key) return { key: (keyOf === undefined ? key : keyText({ address: key })) as string };
    return isHealthCheck(description) ? exempt : missing;
  }

  // Never one bucket that all requests without a key share.
  const missing = onMissingKey === "allow" ? exempt : withoutKey;

  return function identify({ event, context }, description) {
    const address = needsAddress ? reportedAddress(description, trustedHops) : undefined;
    if (address !== undefined && denyList?.has(address)) return onDenyList;
    if (address !== undefined && allowList?.has(address)) return exempt;
    const key = keyOf && ownKey(event, context);
    if (key !== undefined) return { key };
    return mayUseAddress ? addressIdentity(address, description) : missing;
  };
}
