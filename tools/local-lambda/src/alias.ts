import { noOthers } from "./check.ts";

/** A version, or a version with a second one that takes a share of the invocations (AWS's `RoutingConfig`). */
export type LocalAlias =
  | string
  | {
      /** Version of the invocations that no weight claims. */
      version: string;
      /** Share of the invocations, 0 to 1, by version. AWS allows one version here. @default {} */
      additionalVersionWeights?: Readonly<Record<string, number>>;
    };

/** The versions that invocations of one qualifier run. */
export interface Routing {
  readonly version: string;
  readonly additionalVersionWeights: Readonly<Record<string, number>>;
}

/** Checks the aliases of a function and resolves the defaults. Throws `TypeError` or `RangeError`. */
export function resolveAliases(
  option: string,
  aliases: Readonly<Record<string, LocalAlias>>,
): Readonly<Record<string, Routing>> {
  const entries = Object.entries(aliases).map(([name, alias]) => {
    // AWS takes a qualifier of digits for a version.
    if (!/^(?!\d+$)[\w-]{1,128}$/.test(name)) {
      throw new RangeError(`${option}: a name must match [A-Za-z0-9_-]{1,128} and not be a number, got ${name}`);
    }
    return [name, resolveAlias(`${option}.${name}`, alias)] as const;
  });
  return Object.fromEntries(entries);
}

function resolveAlias(option: string, alias: LocalAlias): Routing {
  const { version, additionalVersionWeights = {}, ...others } = typeof alias === "string" ? { version: alias } : alias;
  noOthers(option, others);
  const weights = Object.entries(additionalVersionWeights);
  if (weights.length > 1)
    throw new RangeError(`${option}: an alias has at most two versions, got ${weights.length + 1}`);
  if (version !== "$LATEST" || weights.length > 0) published(option, version);
  for (const [other, weight] of weights) {
    published(`${option}.additionalVersionWeights`, other);
    if (other === version) throw new RangeError(`${option}: its two versions must differ, got ${version} twice`);
    if (!(weight >= 0 && weight <= 1)) {
      throw new RangeError(`${option}.additionalVersionWeights: a weight must be between 0 and 1, got ${weight}`);
    }
  }
  return { version, additionalVersionWeights };
}

function published(option: string, version: unknown): void {
  if (typeof version === "string" && /^[1-9]\d*$/.test(version)) return;
  throw new RangeError(`${option}: a version must be a number such as "3", got ${String(version)}`);
}

/** The versions of a qualifier, or `undefined` if there is no such alias or version. Versions exist if an alias names them. */
export function routingOf(
  aliases: Readonly<Record<string, Routing>>,
  qualifier: string | undefined,
): Routing | undefined {
  if (qualifier === undefined || qualifier === "$LATEST") return only("$LATEST");
  if (Object.hasOwn(aliases, qualifier)) return aliases[qualifier];
  const versions = Object.values(aliases).flatMap(versionsOf);
  return versions.includes(qualifier) ? only(qualifier) : undefined;
}

/** Chooses the version of one invocation by weight; `random` returns numbers from 0 to below 1. */
export function pickVersion({ version, additionalVersionWeights }: Routing, random: () => number): string {
  const [other] = Object.entries(additionalVersionWeights);
  return other !== undefined && random() < other[1] ? other[0] : version;
}

function versionsOf({ version, additionalVersionWeights }: Routing): string[] {
  return [version, ...Object.keys(additionalVersionWeights)];
}

function only(version: string): Routing {
  return { version, additionalVersionWeights: {} };
}
