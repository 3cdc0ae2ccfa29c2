import type { Headers, ProxiedRequest } from "./event.ts";

/** Headers of one connection (RFC 9110, section 7.6.1), and those that HTTP/1.1 proxies must not pass on. */
const hopByHop = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade"],
];

/** Removes hop-by-hop headers, those that Connection names included, and `others`. */
export function endToEnd(headers: Headers, others: readonly string[]): Headers {
  const named = headers
    .filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => value.split(",").map((option) => option.trim().toLowerCase()));
  const dropped = new Set([...hopByHop, ...named, ...others]);
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

function valueIn(headers: Headers, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The element of Forwarded for a client (RFC 7239): addresses of IPv6, and hosts with a port, stand in quotes. */
function forwardedElement(client: string, host: string | undefined): string {
  const node = client.includes(":") ? `"[${client}]"` : client;
  return `for=${node};proto=https${host === undefined ? "" : `;host="${host.replace(/["\\]/g, "")}"`}`;
}

/**
 * The headers for the origin. The client's address is the last one of X-Forwarded-For and of Forwarded; earlier ones are
 * the client's word. Host and Content-Length are those of the new request.
 */
export function requestHeaders({ headers, sourceIp }: ProxiedRequest): Headers {
  const kept = endToEnd(headers, [
    "expect",
    "host",
    "content-length",
    "x-forwarded-for",
    "x-forwarded-host",
    "forwarded",
  ]);
  const host = valueIn(headers, "host");
  const addresses = (valueIn(headers, "x-forwarded-for") ?? "").split(",").map((address) => address.trim());
  const chain = addresses.filter((address) => address !== "");
  // API Gateway and load balancers have added the address already.
  if (sourceIp !== undefined && chain.at(-1) !== sourceIp) chain.push(sourceIp);
  const client = chain.at(-1);
  if (client !== undefined) {
    const earlier = valueIn(headers, "forwarded");
    const element = forwardedElement(client, host);
    kept.push(["x-forwarded-for", chain.join(", ")], ["forwarded", earlier ? `${earlier}, ${element}` : element]);
  }
  if (host !== undefined) kept.push(["x-forwarded-host", host]);
  return kept;
}
