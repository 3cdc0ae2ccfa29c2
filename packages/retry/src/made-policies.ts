import { refuse } from "@midguard/kernel/internal";
import type { Policy } from "./options.ts";

const policies = new WeakMap<object, Policy>();

/** Keeps the options of a policy, for entries of this package that make attempts without `run`. */
export function keepPolicy(retry: object, policy: Policy): void {
  policies.set(retry, policy);
}

/**
 * The options that `retry` was made with; throws a `TypeError` that names the argument `name` if `createRetry` did not
 * make it.
 */
export function policyOf(name: string, retry: object): Policy {
  return policies.get(retry) ?? refuse(TypeError, name, "made by createRetry()", retry);
}
