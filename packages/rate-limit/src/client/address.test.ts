import { isIPv4, isIPv6 } from "node:net";
import { describeRequest, type RequestDescription } from "@midguard/kernel/internal";
import { apiEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, parseAddress } from "./address.ts";
import { reportedAddress } from "./client-address.ts";
import { networksRule } from "./networks.ts";

function group(text: string, prefix = 56): string | undefined {
  return addressKey(text, prefix);
}

const v4 = "203.0.113.7";

describe("an address", () => {
  it.each([
    ...[v4, " 203.0.113.7", "203.0.113.7 ", "203.0.113.7:443", "203.0.113.7:0", "\t203.0.113.7:65535"],
    ...[
      "::ffff:203.0.113.7",
      "::FFFF:203.0.113.7",
      "::ffff:cb00:7107",
      "::FFFF:CB00:7107",
      "0:0:0:0:0:ffff:203.0.113.7",
    ],
    ...["0000:0000:0000:0000:0000:ffff:cb00:7107", "0::ffff:cb00:7107", "::0:ffff:203.0.113.7", "0:0::ffff:cb00:7107"],
    ...["[::ffff:203.0.113.7]", "[::ffff:203.0.113.7]:443", "[::ffff:cb00:7107]:443", "::ffff:203.0.113.7%eth0"],
    ...["64:ff9b::203.0.113.7", "64:ff9b::cb00:7107", "0064:FF9B::CB00:7107", "64:ff9b:0:0:0:0:cb00:7107"],
    ...[
      "[64:ff9b::203.0.113.7]:8080",
      "64:ff9b::cb00:7107%1",
      "64:ff9b:0:0:0:0:203.0.113.7",
      "0:0:0:0:0:ffff:cb00:7107",
    ],
  ])("of IPv4 is read in all its forms: %j", (text) => {
    expect(group(text)).toBe(v4);
  });

  it.each([
    ["2001:db8:1:2ff::1", "2001:db8:1:200::/56"],
    ["2001:db8:1:2ff:0:0:0:1", "2001:db8:1:200::/56"],
    ["2001:DB8:1:200:ffff:ffff:ffff:ffff", "2001:db8:1:200::/56"],
    ["2001:0db8:0001:0200:0000:0000:0000:0000", "2001:db8:1:200::/56"],
    ["[2001:db8:1:200::5]", "2001:db8:1:200::/56"],
    ["[2001:db8:1:200::5]:443", "2001:db8:1:200::/56"],
    ["2001:db8:1:200::5%eth0", "2001:db8:1:200::/56"],
    ["[2001:db8:1:200::5%25eth0]:443", "2001:db8:1:200::/56"],
    [" 2001:db8:1:200::5 ", "2001:db8:1:200::/56"],
    ["2001:db8:1:200::1.2.3.4", "2001:db8:1:200::/56"],
    ["2001:db8:1:300::1", "2001:db8:1:300::/56"],
    ["::", "0:0:0:0::/56"],
    ["::1", "0:0:0:0::/56"],
    ["1::", "1:0:0:0::/56"],
    ["fe80::1%1", "fe80:0:0:0::/56"],
    ["64:ff9b:1::1", "64:ff9b:1:0::/56"],
    ["::fffe:1.2.3.4", "0:0:0:0::/56"],
    ["::ffff:0:1.2.3.4", "0:0:0:0::/56"],
    ["1::ffff:1.2.3.4", "1:0:0:0::/56"],
    ["64:ff9b::1:1.2.3.4", "64:ff9b:0:0::/56"],
    ["1:2:3:4:5:6:7:8", "1:2:3:0::/56"],
    ["1:2:3:4:5:6:7::", "1:2:3:0::/56"],
    ["::2:3:4:5:6:7:8", "0:2:3:0::/56"],
  ])("of IPv6 is grouped with its network: %j", (text, network) => {
    expect(group(text)).toBe(network);
  });

  it.each([
    ["2001:db8::1", 128, "2001:db8:0:0:0:0:0:1/128"],
    ["2001:db8:ffff:ffff::1", 48, "2001:db8:ffff::/48"],
    ["2001:db8:ffff:ffff::1", 64, "2001:db8:ffff:ffff::/64"],
    ["2001:db8:ffff:ffff::1", 33, "2001:db8:8000::/33"],
    ["ffff::1", 1, "8000::/1"],
    ["1:2:3:4:5:6:7:8", 112, "1:2:3:4:5:6:7::/112"],
    ["1:2:3:4:5:6:7:8", 113, "1:2:3:4:5:6:7:0/113"],
    ["203.0.113.7", 1, "203.0.113.7"],
  ])("is grouped by other prefixes: %s/%i", (text, prefix, network) => {
    expect(group(text, prefix)).toBe(network);
  });

  it.each([
    ...[
      "",
      " ",
      "unknown",
      "_hidden",
      "localhost",
      "undefined",
      "null",
      "-",
      ".",
      "...",
      ":",
      ":::",
      "::::",
      "%",
      "[]",
    ],
    ...["1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.2.3.999"],
    ...[
      "01.2.3.4",
      "1.2.3.04",
      "00.0.0.0",
      "0x1.2.3.4",
      "1.2.3.4a",
      "1.2.3.-4",
      "+1.2.3.4",
      "1. 2.3.4",
      "1.2.3.4:",
      "1.2.3.4:x",
    ],
    ...[
      "1.2.3.4:80:80",
      "1.2.3.4/24",
      "1.2.3.4%eth0",
      "[1.2.3.4]",
      "[1.2.3.4]:80",
      "１.2.3.4",
      "1.2.3.4\n5",
      "2130706433",
      "0177.0.0.1",
    ],
    ...[
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1::2::3",
      "12345::",
      "g::",
      "::g",
      "1:2:3:4:5:6:7:8::",
      "1:2:3:4:5:6:7:1.2.3.4",
    ],
    ...[
      "::1.2.3",
      "::1.2.3.256",
      "::01.2.3.4",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "1.2.3.4:5::6:7",
      "[::1",
      "::1]",
      "[::1]x",
      "[::1]:",
      "[::1]:x",
    ],
    ...["::1/64", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "fe80::1%", "::ffff:1.2.3.4:80", "2001:db8::1 2001:db8::2"],
  ])("is not read from %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(addressKey(text, 56)).toBeUndefined();
  });

  it("is read if and only if Node's own parser reads one", () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
      fc
        .tuple(fc.ipV6(), fc.nat(40), fc.constantFrom(":", ".", "0", "f", ""))
        .map(([ip, at, add]) => ip.slice(0, at) + add + ip.slice(at)),
      fc
        .tuple(fc.ipV4(), fc.nat(15), fc.constantFrom(".", "0", "9", ""))
        .map(([ip, at, add]) => ip.slice(0, at) + add + ip.slice(at + 1)),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        expect(parseAddress(candidate) !== undefined).toBe(isIPv4(candidate) || isIPv6(candidate));
      }),
      { numRuns: 5_000 },
    );
  });

  it("survives any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseAddress(text)));
  });

  it("of every IPv4 client is a key of its own, not one network for all (CVE-2026-30827)", () => {
    const groups = ["::ffff:198.51.100.1", "::ffff:198.51.100.2", "::ffff:c633:6403"].map((text) => group(text));
    expect(groups).toEqual(["198.51.100.1", "198.51.100.2", "198.51.100.3"]);
  });
});

describe("the client's address", () => {
  function request(kind: keyof typeof apiEvents, forwarded?: string): RequestDescription {
    const event = apiEvents[kind]();
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    const multiple = event.multiValueHeaders === undefined ? {} : { multiValueHeaders };
    return describeRequest({ ...event, headers, ...multiple }) as RequestDescription;
  }
  const of = (kind: keyof typeof apiEvents, forwarded?: string, hops = 0) => {
    const address = reportedAddress(request(kind, forwarded), hops);
    return address === undefined ? undefined : addressKey(address, 56);
  };

  it.each(["rest", "http", "functionUrl", "websocket", "edge"] as const)(
    "is the peer that the gateway saw, whatever X-Forwarded-For says: %s",
    (kind) => {
      expect(of(kind, "198.51.100.9")).toBe(v4);
      expect(of(kind, "198.51.100.9, 198.51.100.10")).toBe(v4);
    },
  );

  it.each(["alb", "albMultiValue", "latticeV1", "latticeV2"] as const)(
    "is the rightmost entry of the X-Forwarded-For of a load balancer or of VPC Lattice, which no client can write (CVE-2026-27700): %s",
    (kind) => {
      expect(of(kind, "198.51.100.9, 203.0.113.7")).toBe(v4);
      expect(of(kind, "127.0.0.1, 10.0.0.1,203.0.113.7")).toBe(v4);
      expect(of(kind, "203.0.113.7:34567")).toBe(v4);
      expect(of(kind, "198.51.100.9,")).toBeUndefined();
      expect(of(kind, "203.0.113.7, unknown")).toBeUndefined();
      expect(of(kind)).toBeUndefined();
    },
  );

  it("stands as many hops left of the right end as proxies are trusted", () => {
    const forwarded = "6.6.6.6, 203.0.113.7, 130.176.0.1";
    for (const kind of ["rest", "http", "websocket", "alb"] as const) {
      expect(of(kind, forwarded, 1)).toBe(v4);
      expect(of(kind, forwarded, 2)).toBe("6.6.6.6");
      expect(of(kind, forwarded, 3)).toBeUndefined();
      expect(of(kind, undefined, 1)).toBeUndefined();
    }
  });

  it("is unknown behind proxies of a Function URL, which passes on what the client wrote", () => {
    expect(of("functionUrl", "6.6.6.6, 203.0.113.7", 1)).toBeUndefined();
  });

  it("is what CloudFront saw at the edge, however many hops are trusted", () => {
    expect(of("edge", "6.6.6.6, 198.51.100.9", 1)).toBe(v4);
  });

  it("is unknown if the gateway reports none", () => {
    const event = { httpMethod: "GET", requestContext: { identity: {} } };
    expect(reportedAddress(describeRequest(event) as RequestDescription, 0)).toBeUndefined();
  });
});

describe("a list of networks", () => {
  const has = (list: string[], text: string) => networksRule("allowList", list).has(text);

  it.each([
    ["192.0.2.0/24", "192.0.2.255", "192.0.3.0"],
    ["192.0.2.128/25", "192.0.2.128", "192.0.2.127"],
    ["192.0.2.5", "192.0.2.5", "192.0.2.4"],
    ["192.0.2.5/32", "::ffff:192.0.2.5", "192.0.2.4"],
    ["10.0.0.0/8", "10.255.1.1", "11.0.0.0"],
    ["0.0.0.0/0", "255.255.255.255", "2001:db8::1"],
    ["2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"],
    ["2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"],
    ["2001:db8::1", "2001:db8::1", "2001:db8::2"],
    ["::/0", "ffff::", "1.2.3.4"],
    ["192.0.2.77/24", "192.0.2.1", "192.0.1.77"],
    ["::ffff:10.0.0.0/104", "10.1.2.3", "11.0.0.0"],
    ["[64:ff9b::10.0.0.0]/104", "::ffff:10.1.2.3", "11.0.0.0"],
    ["::ffff:1.2.3.4", "1.2.3.4", "1.2.3.5"],
    ["::ffff:0:0/96", "1.2.3.4", "2001:db8::1"],
  ])("%s contains %s and not %s", (network, inside, outside) => {
    expect(has([network], inside)).toBe(true);
    expect(has([network], outside)).toBe(false);
    expect(has(["198.51.100.0/24", network], inside)).toBe(true);
  });

  it("that is empty contains no address", () => {
    expect(has([], "1.2.3.4")).toBe(false);
  });

  it("contains nothing but addresses", () => {
    expect(has(["0.0.0.0/0", "::/0"], "unknown")).toBe(false);
  });

  it.each([
    "1.2.3.4/33",
    "::1/129",
    "1.2.3.4/",
    "1.2.3.4/x",
    "1.2.3.4/24/2",
    "1.2.3/24",
    "",
    "/24",
    "1.2.3.4/-1",
    // Neither is all IPv4, nor is there a list of what else it holds.
    "64:ff9b::/32",
    "::ffff:1.2.3.4/95",
    "::ffff:1.2.3.4/129",
    7,
    null,
  ])("refuses %j", (text) => {
    expect(() => networksRule("denyList", [text as string])).toThrow(/^denyList must hold addresses or networks/);
  });
});

describe("text of 64 KiB is read in linear time, whatever it holds:", () => {
  const long = 65_536;
  it.each([
    ["a zone of percent signs", `::${"%".repeat(long)}\u2028x`],
    ["a zone that ends in a line break", `::1${"%a".repeat(long / 2)}\n`],
    ["colons", ":".repeat(long)],
    ["an open bracket", "[".repeat(long)],
    ["a bracket and no port", `[${"a".repeat(long)}]:${"1".repeat(long)}x`],
    ["a port", `1.2.3.4:${"1".repeat(long)}x`],
    ["white space", `${" ".repeat(long)}x${"\t".repeat(long)}x`],
    ["dots", "1.".repeat(long / 2)],
  ])("%s", (_name, text) => {
    const startedAt = performance.now();
    group(text);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });

  it("and a zone is no part of the key", () => {
    expect([group("fe80::1%eth0"), group("fe80::1%%")]).toEqual([group("fe80::1"), group("fe80::1")]);
    expect([group("fe80::1%"), group("%eth0"), group("%")]).toEqual([undefined, undefined, undefined]);
  });
});
