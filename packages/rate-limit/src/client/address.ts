/** An address as 16-bit words: two for IPv4, eight for IPv6. */
export type Address = readonly number[];

const dot = ".".charCodeAt(0);
const colon = ":".charCodeAt(0);
const zero = "0".charCodeAt(0);
const lowerA = "a".charCodeAt(0);

/**
 * The 32 bits of an IPv4 address, or -1 for any other text. By character codes: nearly every request has such an
 * address, and a regular expression takes five times as long.
 */
function readIpv4(text: string): number {
  let bits = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : dot;
    if (code === dot) {
      if (digits === 0 || part > 255) return -1;
      bits = bits * 256 + part;
      dots += 1;
      part = 0;
      digits = 0;
      continue;
    }
    const digit = code - zero;
    // A leading zero is refused: some parsers read it as octal, so it would be two addresses.
    if (digit < 0 || digit > 9 || digits === 3 || (digits > 0 && part === 0)) return -1;
    part = part * 10 + digit;
    digits += 1;
  }
  return dots === 4 ? bits : -1;
}

function parseIpv4(text: string): Address | undefined {
  const bits = readIpv4(text);
  return bits < 0 ? undefined : [bits >>> 16, bits & 0xffff];
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code: number): number {
  if (code >= zero && code <= zero + 9) return code - zero;
  // In lower case, whatever the case.
  const letter = (code | 0x20) - lowerA;
  return letter >= 0 && letter <= 5 ? letter + 10 : -1;
}

/** By character codes, too: regular expressions took as long as everything else about limiting a request. */
function parseIpv6(text: string): Address | undefined {
  const words: number[] = [];
  /** How many words precede the `::`. */
  let gap = text.startsWith("::") ? 0 : -1;
  let word = 0;
  let digits = 0;
  for (let at = gap === 0 ? 2 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === colon && digits > 0) {
      words.push(word);
      word = 0;
      digits = 0;
    } else if (code === colon && gap < 0 && words.length > 0) {
      gap = words.length;
    } else if (code === dot) {
      // The end of the text, and of the loop.
      const tail = parseIpv4(text.slice(at - digits));
      return tail && filled(words.concat(tail), gap);
    } else {
      const digit = hexDigit(code);
      if (digit < 0 || digits === 4) return undefined;
      word = word * 16 + digit;
      digits += 1;
    }
  }
  if (digits > 0) words.push(word);
  // A colon at the end is only ever one of two.
  else if (gap !== words.length) return undefined;
  return filled(words, gap);
}

/** All eight words, with zeros in place of `::`, which stands for at least one word. */
function filled(words: readonly number[], gap: number): Address | undefined {
  const missing = 8 - words.length;
  if (gap < 0) return missing === 0 ? words : undefined;
  if (missing < 1) return undefined;
  return [...words.slice(0, gap), ...new Array<number>(missing).fill(0), ...words.slice(gap)];
}

/** ::ffff:0:0/96 (RFC 4291, IPv4-mapped) and 64:ff9b::/96 (RFC 6052, NAT64) carry an IPv4 address in their last words. */
function unwrapIpv4(words: Address): Address {
  const [a, b, c, d, e, f] = words;
  const isMapped = a === 0 && b === 0 && f === 0xffff;
  const isNat64 = a === 0x64 && b === 0xff9b && f === 0;
  return c === 0 && d === 0 && e === 0 && (isMapped || isNat64) ? words.slice(6) : words;
}

/**
 * Parses an address in any form that gateways and proxies write: IPv4, IPv6, with port, brackets or zone ID. An IPv4
 * address inside an IPv6 one (mapped, NAT64) is read as IPv4. `undefined` for anything else.
 */
export function parseAddress(text: string): Address | undefined {
  let host = text.trim();
  if (host.startsWith("[")) {
    const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1];
    if (bracketed === undefined || !bracketed.includes(":")) return undefined;
    host = bracketed;
  } else if (host.indexOf(":") === host.lastIndexOf(":")) {
    return parseIpv4(host.includes(":") ? host.replace(/:\d+$/, "") : host);
  }
  // Without the zone.
  const zone = host.indexOf("%");
  const words = parseIpv6(zone > 0 && zone < host.length - 1 ? host.slice(0, zone) : host);
  return words && unwrapIpv4(words);
}

function formatAddress(address: Address, ipv6Prefix: number): string {
  const [high = 0, low = 0] = address;
  if (address.length === 2) return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  let text = "";
  for (let index = 0; index * 16 < ipv6Prefix; index += 1) {
    const bits = Math.min(16, ipv6Prefix - index * 16);
    text += `${index === 0 ? "" : ":"}${((address[index] as number) & (0xffff << (16 - bits))).toString(16)}`;
  }
  return `${text}${ipv6Prefix > 112 ? "" : "::"}/${ipv6Prefix}`;
}

/**
 * The key of an address, the same for every form of it: an IPv4 address itself, an IPv6 address as its network of
 * `ipv6Prefix` bits, `2001:db8:0:100::/56`. `undefined` for any other text.
 */
export function addressKey(text: string, ipv6Prefix: number): string | undefined {
  // An IPv4 address that stands alone has only one form.
  if (readIpv4(text) >= 0) return text;
  const address = parseAddress(text);
  return address && formatAddress(address, ipv6Prefix);
}
