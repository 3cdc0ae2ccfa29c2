import {
  describeRequest,
  type RequestDescription,
  type Rule,
  readOptions,
  wholeNumber,
} from "@midguard/kernel/internal";
import { addressKey } from "./address.ts";

/** How a client's address is found. */
export interface ClientAddressOptions {
  /** Proxies of your own before the gateway. @default 0 */
  readonly trustedHops?: number | undefined;
  /** Bits of an IPv6 address that are kept: a customer usually gets a /56. @default 56 */
  readonly ipv6Prefix?: number | undefined;
}

/** The rules of these options, for every factory that takes them. */
export const clientAddressRules: Readonly<Record<keyof ClientAddressOptions, Rule<number>>> = {
  trustedHops: wholeNumber({ max: 32 }),
  ipv6Prefix: wholeNumber({ min: 1, max: 128 }),
};
export const clientAddressDefaults: Readonly<Record<keyof ClientAddressOptions, number>> = {
  trustedHops: 0,
  ipv6Prefix: 56,
};

/**
 * The client's address as it was written: the peer that the gateway saw, or, behind `trustedHops` proxies of one's own,
 * the address that the outermost of them saw. That is counted from the right of X-Forwarded-For: a client can write what
 * stands further left. `undefined` if no address can be trusted.
 */
export function reportedAddress(request: RequestDescription, trustedHops: number): string | undefined {
  const { kind, sourceIp } = request;
  const isInHeader = kind === "alb" || kind === "vpc-lattice";
  if (kind === "edge" || (!isInHeader && trustedHops === 0)) return sourceIp;
  // A Function URL passes on only the leftmost entry, which is the client's own claim.
  if (kind === "function-url") return undefined;
  const hops = request.header("x-forwarded-for")?.split(",");
  return hops?.[hops.length - 1 - trustedHops];
}

/**
 * The address of the client that sent an event, as the default key of `rateLimit` has it: an IPv4 address, or the network
 * of `ipv6Prefix` bits of an IPv6 address. `undefined` if the event is no API request, or if no address can be trusted.
 *
 * @example
 * rateLimit({ limits, key: (event) => ({ route: event.routeKey, address: clientAddress(event) }) });
 *
 * @throws TypeError or RangeError for a bad option.
 */
export function clientAddress(event: unknown, options: ClientAddressOptions = {}): string | undefined {
  const { trustedHops, ipv6Prefix } = readOptions("clientAddress", options, clientAddressRules, clientAddressDefaults);
  const request = describeRequest(event);
  const address = request && reportedAddress(request, trustedHops);
  return address && addressKey(address, ipv6Prefix);
}
