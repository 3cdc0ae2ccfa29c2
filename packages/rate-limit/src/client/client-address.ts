import type { RequestDescription } from "@midguard/kernel/internal";

/**
 * The client's address as it was written: the peer that the gateway saw, or, behind `trustedHops` proxies of one's own,
 * the address that the outermost of them saw. That is counted from the right of X-Forwarded-For: a client can write what
 * stands further left. `undefined` if no address can be trusted.
 */
export function clientAddress(request: RequestDescription, trustedHops: number): string | undefined {
  const { kind, sourceIp } = request;
  if (kind === "edge" || (kind !== "alb" && trustedHops === 0)) return sourceIp;
  // A Function URL passes on only the leftmost entry, which is the client's own claim.
  if (kind === "function-url") return undefined;
  const hops = request.header("x-forwarded-for")?.split(",");
  return hops?.[hops.length - 1 - trustedHops];
}
