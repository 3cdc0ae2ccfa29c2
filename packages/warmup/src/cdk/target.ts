import { type Duration, type Stack, Token, TokenComparison } from "aws-cdk-lib";
import type { IAlias, IFunction, IVersion } from "aws-cdk-lib/aws-lambda";
import { pacingDefaults } from "../warmer/pacing.ts";
import { resolveTarget, type WarmTarget } from "../warmer/target.ts";

/** A function that a `Warmer` keeps warm. */
export interface WarmerTarget extends Pick<WarmTarget, "concurrency" | "payload" | "tenantId" | "invocationType"> {
  /** The function, or an alias or a version of it, in the account and the region of the warmer. */
  readonly function: IFunction;
  /** Name of an alias of the function, for one that is no construct of the app. @default none: `$LATEST` */
  readonly alias?: string | undefined;
  /** Leaves the function alone if it served a request within this time. @default - always warms */
  readonly skipIfUsedWithin?: Duration | undefined;
}

/** A target as the warmer needs it: in its event, and in the policy of its role. */
export interface PlacedTarget {
  readonly event: WarmTarget;
  /** The resource of `lambda:InvokeFunction`. */
  readonly invoked: string;
  /** The resource of `lambda:GetAlias`, if the target is an alias. */
  readonly lookedUp: string | undefined;
}

/** A function, and what the target names of it. */
interface Address {
  readonly base: IFunction;
  readonly alias?: string | undefined;
  readonly version?: string;
}

/** What CDK's function, alias or version stands for. */
function addressOf(fn: IFunction | IAlias | IVersion): Address {
  if ("aliasName" in fn) return { base: fn.version.lambda, alias: fn.aliasName };
  return "lambda" in fn ? { base: fn.lambda, version: fn.version } : { base: fn };
}

function assertReachable(owner: string, { env, functionArn }: IFunction, stack: Stack): void {
  for (const place of ["account", "region"] as const) {
    if (Token.compareStrings(env[place], stack[place]) === TokenComparison.DIFFERENT) {
      throw new RangeError(`${owner}: function must be in the warmer's ${place} ${stack[place]}, got ${env[place]}`);
    }
  }
  if (!Token.isUnresolved(functionArn) && functionArn.split(":").length > 7) {
    throw new TypeError(
      `${owner}: function must be imported without a qualifier, with alias beside it, got ${functionArn}`,
    );
  }
}

/**
 * Checks a target. `owner` stands first in every message.
 *
 * @throws TypeError or RangeError naming the field and its value.
 */
export function placeTarget(owner: string, target: WarmerTarget, stack: Stack): PlacedTarget {
  const { function: fn, alias, skipIfUsedWithin, ...others } = target;
  if (typeof fn !== "object") throw new TypeError(`${owner}: function must be a function of CDK, got ${fn}`);
  for (const field of ["functionName", "qualifier"]) {
    if (field in others) throw new TypeError(`${owner}: unknown option ${field}: give function, and alias`);
  }
  const address = addressOf(fn);
  const { base, version } = address;
  if (alias !== undefined && base !== fn) {
    throw new TypeError(`${owner}: alias must be absent if function is an alias or a version, got "${alias}"`);
  }
  assertReachable(owner, base, stack);
  const aliasName = address.alias ?? alias;
  const qualifier = aliasName ?? version;
  const skipIfUsedWithinMs = skipIfUsedWithin?.toMilliseconds();
  const event = { ...others, functionName: base.functionName, qualifier, skipIfUsedWithinMs };
  resolveTarget(owner, event, pacingDefaults.maxParallel);
  const arn = base.functionArn;
  // The versions behind an alias are known at run time only.
  if (aliasName !== undefined) return { event, invoked: `${arn}:*`, lookedUp: arn };
  return { event, invoked: qualifier === undefined ? arn : `${arn}:${qualifier}`, lookedUp: undefined };
}
