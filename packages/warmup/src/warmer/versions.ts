import { abortable } from "@midguard/kernel/internal";
import type { Time } from "../hold.ts";
import { within } from "../within.ts";
import type { Invoker } from "./invoker.ts";
import { messageOf } from "./message.ts";
import type { ResolvedTarget } from "./target.ts";

const lookUpMs = 5_000;
/** A version number or `$LATEST`: only names of aliases have anything to look up. */
const version = /^(\d+|\$LATEST)$/;

/** A target, or one version that its alias sends traffic to. */
export interface Lane extends ResolvedTarget {
  /** The qualifier to invoke. */
  readonly invoked: string | undefined;
  /** Why the alias's versions are unknown. */
  readonly lookUpError: string | undefined;
}

type LookUp = { readonly versions: readonly string[]; readonly error?: string };

async function lookUp(
  { functionName }: ResolvedTarget,
  alias: string,
  invoker: Invoker,
  signal: AbortSignal,
): Promise<LookUp> {
  try {
    const found: unknown = await abortable(Promise.resolve(invoker.versionsOf?.(functionName, alias, signal)), signal);
    return { versions: Array.isArray(found) ? found : [] };
  } catch (error) {
    return { versions: [], error: messageOf(error) };
  }
}

/**
 * One lane for each version that the target's alias sends traffic to: an invocation of a weighted alias reaches one of them by
 * chance. If the look-up fails the alias is pinged as it is, and the report says so: the role may lack `lambda:GetAlias`.
 */
export async function lanesOf(
  target: ResolvedTarget,
  invoker: Invoker,
  { clock }: Time,
  signal: AbortSignal,
): Promise<readonly Lane[]> {
  const { qualifier } = target;
  const whole: Lane = { ...target, invoked: qualifier, lookUpError: undefined };
  if (qualifier === undefined || version.test(qualifier)) return [whole];
  const late: LookUp = { versions: [], error: `no answer within ${lookUpMs} ms` };
  const { versions, error } = (await within(lookUp(target, qualifier, invoker, signal), lookUpMs, clock)) ?? late;
  if (versions.length < 2) return [{ ...whole, lookUpError: error }];
  return versions.map((each) => ({ ...whole, invoked: each }));
}
