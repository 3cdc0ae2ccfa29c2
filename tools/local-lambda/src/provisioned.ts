import { type Routing, routingOf } from "./alias.ts";
import { wholeNumber } from "./check.ts";

/**
 * Resolves provisioned concurrency to environments by version. A number stands for the version of calls without a qualifier.
 * Throws `TypeError` or `RangeError` where AWS rejects the configuration.
 */
export function resolveProvisioned(
  option: string,
  provisioned: number | Readonly<Record<string, number>>,
  aliases: Readonly<Record<string, Routing>>,
): ReadonlyMap<string, number> {
  const byQualifier = typeof provisioned === "number" ? { $LATEST: provisioned } : provisioned;
  const byVersion = new Map<string, number>();
  for (const [qualifier, environments] of Object.entries(byQualifier)) {
    wholeNumber(`${option}.${qualifier}`, environments, 1);
    const routing = routingOf(aliases, qualifier);
    if (!routing) throw new RangeError(`${option}: there is no alias or version ${qualifier}`);
    if (Object.keys(routing.additionalVersionWeights).length > 0) {
      throw new RangeError(`${option}: ${qualifier} is a weighted alias; name its versions instead`);
    }
    if (byVersion.has(routing.version)) {
      throw new RangeError(
        `${option}: version ${routing.version} is provisioned twice, the second time by ${qualifier}`,
      );
    }
    byVersion.set(routing.version, environments);
  }
  return byVersion;
}
