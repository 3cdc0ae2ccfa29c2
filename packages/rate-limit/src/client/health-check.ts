import type { RequestDescription } from "@midguard/kernel/internal";
import { parseAddress } from "./address.ts";

const forwarded = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"];

/**
 * Whether a request is the health check of a load balancer. It comes from the balancer itself, so it has no client's address.
 * A client can write the same user agent, but the balancer adds headers of its own to every request that it passes on.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export function isHealthCheck({ kind, header }: RequestDescription): boolean {
  if (kind !== "alb" || header("user-agent") !== "ELB-HealthChecker/2.0") return false;
  const host = header("host");
  return (
    forwarded.every((name) => header(name) === undefined) && (host === undefined || parseAddress(host) !== undefined)
  );
}
