import type { Time } from "../hold.ts";
import { within } from "../within.ts";
import type { Invoker } from "./invoker.ts";
import type { ResolvedTarget } from "./target.ts";

const lookUpMs = 5_000;
/** A version number or `$LATEST`: only names of aliases have anything to look up. */
const version = /^(\d+|\$LATEST)$/;

async function lookUp(
  { functionName }: ResolvedTarget,
  qualifier: string,
  invoker: Invoker,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return (await invoker.versionsOf?.(functionName, qualifier, signal)) ?? [];
  } catch {
    return [];
  }
}

/**
 * One target for each version that the target's alias sends traffic to: an invocation of a weighted alias reaches one of them by
 * chance. A failed look-up leaves the target as it is, because the role may lack `lambda:GetAlias`.
 */
export async function versionsOf(
  target: ResolvedTarget,
  invoker: Invoker,
  { clock }: Time,
  signal: AbortSignal,
): Promise<readonly ResolvedTarget[]> {
  const { qualifier } = target;
  if (qualifier === undefined || version.test(qualifier)) return [target];
  const versions = (await within(lookUp(target, qualifier, invoker, signal), lookUpMs, clock)) ?? [];
  return versions.length < 2 ? [target] : versions.map((each) => ({ ...target, qualifier: each }));
}
