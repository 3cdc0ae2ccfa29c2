import { anything, number, oneOf, readOptions, required, text, wholeNumber } from "@midguard/kernel/internal";
import { messageOf } from "./message.ts";

/** A function to keep warm. */
export interface WarmTarget {
  /** Name, partial ARN or ARN. */
  readonly functionName: string;
  /** Version or alias. Of a weighted alias, both versions are warmed. @default `$LATEST` */
  readonly qualifier?: string | undefined;
  /** How many environments to keep warm, of each version. @default 1 */
  readonly concurrency?: number | undefined;
  /** Becomes `payload` of the ping, the second argument of `prime`. Any value that JSON has. @default none */
  readonly payload?: unknown;
  /** The tenant whose environments to warm, for a function with tenant isolation. @default none */
  readonly tenantId?: string | undefined;
  /** Leaves the function alone if it served a request within this time, in ms. @default 0, always warms */
  readonly skipIfUsedWithinMs?: number | undefined;
  /**
   * How to invoke. `"Event"` sends one ping without waiting for it, so the report proves nothing and the ping carries no mark.
   * It needs a concurrency of 1.
   * @default "RequestResponse"
   */
  readonly invocationType?: "RequestResponse" | "Event" | undefined;
}

/** A target after checking, with its defaults filled in. */
export interface ResolvedTarget {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly concurrency: number;
  readonly payload: unknown;
  readonly tenantId: string | undefined;
  readonly skipIfUsedWithinMs: number;
  readonly invocationType: "RequestResponse" | "Event";
}

/** A name, partial ARN or ARN with a version or alias at its end. */
const qualified = /^(?:(?:arn:[\w-]+:lambda:[\w-]*:)?\d{12}:function:)?[\w-]+:[\w$-]+$/;

function assertJson(owner: string, payload: unknown): void {
  try {
    JSON.stringify(payload);
  } catch (error) {
    throw new TypeError(`${owner}: payload must be a value that JSON has: ${messageOf(error)}`);
  }
}

/**
 * Checks a target and fills in the defaults. `owner` stands first in every message.
 *
 * @throws TypeError or RangeError naming the field and its value.
 */
export function resolveTarget(owner: string, target: unknown, maxParallel: number): ResolvedTarget {
  const { payload, ...resolved } = readOptions(
    owner,
    target,
    {
      functionName: required(text),
      qualifier: text,
      concurrency: wholeNumber({ min: 1, max: maxParallel }),
      payload: anything(),
      tenantId: text,
      skipIfUsedWithinMs: number(),
      invocationType: oneOf("RequestResponse", "Event"),
    },
    { concurrency: 1, skipIfUsedWithinMs: 0, invocationType: "RequestResponse" },
  );
  if (qualified.test(resolved.functionName)) {
    const given = JSON.stringify(resolved.functionName);
    throw new RangeError(`${owner}: functionName must have no qualifier, which has an option of its own, got ${given}`);
  }
  assertJson(owner, payload);
  if (resolved.invocationType === "Event" && resolved.concurrency > 1) {
    throw new RangeError(`${owner}: concurrency must be 1 with invocationType "Event", got ${resolved.concurrency}`);
  }
  return { ...resolved, payload };
}
