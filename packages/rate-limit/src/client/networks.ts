import { list, type Rule } from "@midguard/kernel/internal";
import { type Address, parseAddress } from "./address.ts";

/** A list of networks. */
export interface Networks {
  /** Whether an address, in any form, lies in one of the networks. */
  has(text: string): boolean;
}

interface Network {
  readonly words: Address;
  readonly bits: number;
}

function parseNetwork(option: string, text: unknown): Network {
  const [host = "", length, ...more] = typeof text === "string" ? text.split("/") : [];
  const words = parseAddress(host);
  // An IPv4 address inside an IPv6 one is read as IPv4: the 96 bits before it are gone.
  const gone = words?.length === 2 && host.indexOf(":") < host.lastIndexOf(":") ? 96 : 0;
  const most = (words?.length ?? 0) * 16;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) - gone : Number.NaN;
  if (words === undefined || more.length > 0 || !(bits >= 0 && bits <= most)) {
    throw new RangeError(`${option} must hold addresses or networks like "192.0.2.0/24", got ${JSON.stringify(text)}`);
  }
  return { words, bits };
}

function contains({ words, bits }: Network, address: Address): boolean {
  if (words.length !== address.length) return false;
  for (const [index, word] of words.entries()) {
    const left = bits - index * 16;
    if (left <= 0) return true;
    const mask = left >= 16 ? 0xffff : 0xffff << (16 - left);
    if (((word ^ (address[index] as number)) & mask & 0xffff) !== 0) return false;
  }
  return true;
}

const listRule = list();

/** An option that lists addresses and networks in CIDR notation (RFC 4632). */
export const networksRule: Rule<Networks> = (option, value) => {
  const networks = listRule(option, value).map((text) => parseNetwork(option, text));
  return {
    has(text) {
      const address = parseAddress(text);
      return address !== undefined && networks.some((network) => contains(network, address));
    },
  };
};
