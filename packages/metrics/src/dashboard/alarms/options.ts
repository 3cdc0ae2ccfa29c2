import {
  isRecord,
  type Rule,
  readOptions,
  refuse,
  required,
  share,
  text,
  textLike,
  wholeNumber,
} from "@midguard/kernel/internal";
import { availabilityRule, latencyRule } from "../options.ts";
import {
  type MeasuredService,
  namespaceRule,
  type ServiceOptions,
  serviceOf,
  serviceRules,
  valuesRule,
} from "../service.ts";
import type { Intrinsic } from "./resource.ts";

/** Options of `alarms()`. */
export interface AlarmsOptions extends Omit<ServiceOptions, "namespace"> {
  /** Namespace of the metrics, or a function of CloudFormation that gives it. */
  readonly namespace: string | Intrinsic;
  /**
   * Stands before the logical IDs. Letters and digits.
   *
   * @default - the letters and digits of the service: `users-api` gives `UsersApi`
   */
  readonly prefix?: string | undefined;
  /** The Lambda function, for alarms of its own errors and throttles: of those no line can report. @default - none */
  readonly functionName?: string | Intrinsic | undefined;
  /** Names of circuit breakers, for an alarm of each. @default none */
  readonly dependencies?: readonly string[] | undefined;
  /** The p99 of the latency should stay below it, in ms. @default - no alarm */
  readonly sloLatencyMs?: number | undefined;
  /** The share of requests without a fault that the service promises, at least 0.5 and below 1. @default 0.999 */
  readonly sloAvailability?: number | undefined;
  /** The share of requests with a fault that is an alarm, above 0. @default 0.05 */
  readonly faultRate?: number | undefined;
  /** The share of requests that a rate limit rejects that is an alarm, above 0. @default 0.2 */
  readonly throttledRate?: number | undefined;
  /**
   * Shares of fewer requests are no alarm: 1 of 2 is a half. In each period, or in each window of a burn rate.
   *
   * @default 10
   */
  readonly minRequests?: number | undefined;
  /**
   * ARNs of topics and other targets, for alarms and their ends; or a function of CloudFormation that gives a list.
   *
   * @default - none
   */
  readonly actions?: readonly (string | Intrinsic)[] | Intrinsic | undefined;
}

/** Options of `alarms()` after checking, with their defaults. */
export interface ResolvedAlarms {
  readonly service: MeasuredService<string | Intrinsic>;
  /** The value of the service dimension. */
  readonly serviceName: string;
  readonly prefix: string;
  readonly functionName: string | Intrinsic | undefined;
  readonly dependencies: readonly string[];
  readonly sloLatencyMs: number | undefined;
  readonly sloAvailability: number;
  readonly faultRate: number;
  readonly throttledRate: number;
  readonly minRequests: number;
  readonly actions: AlarmsOptions["actions"];
}

/** An object with one member, `Ref` or `Fn::...`. */
function isIntrinsic(value: unknown): value is Intrinsic {
  if (!isRecord(value) || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return names.length === 1 && /^(Ref|Fn::\w+)$/.test(names[0] as string);
}

function orIntrinsic<T>(rule: Rule<T>): Rule<T | Intrinsic> {
  return (name, value) => (isIntrinsic(value) ? value : rule(name, value));
}

const actionsRule: Rule<NonNullable<AlarmsOptions["actions"]>> = orIntrinsic((name, value) => {
  if (!Array.isArray(value)) return refuse(TypeError, name, "an array of ARNs, or a function of CloudFormation", value);
  return value.map((action: unknown, index) => orIntrinsic(text)(`${name}[${index}]`, action));
});

/** A name as CloudFormation takes it for a part of a logical ID. */
export function idOf(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option and its value.
 */
export function resolveAlarms(options: AlarmsOptions): ResolvedAlarms {
  const resolved = readOptions(
    "alarms",
    options,
    {
      namespace: required(orIntrinsic(namespaceRule)),
      ...serviceRules,
      prefix: textLike(/^[A-Za-z][A-Za-z0-9]{0,99}$/, "up to 100 letters and digits, a letter first"),
      functionName: orIntrinsic(text),
      dependencies: valuesRule,
      sloLatencyMs: latencyRule,
      sloAvailability: availabilityRule,
      faultRate: share,
      throttledRate: share,
      minRequests: wholeNumber({ min: 1 }),
      actions: actionsRule,
    },
    {
      names: "application-signals",
      dependencies: [],
      sloAvailability: 0.999,
      faultRate: 0.05,
      throttledRate: 0.2,
      minRequests: 10,
    },
  );
  const ids = resolved.dependencies.map(idOf);
  const second = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (second >= 0) {
    const wanted = "a name that differs from the others in letters and digits";
    refuse(RangeError, `alarms: dependencies[${second}]`, wanted, resolved.dependencies[second]);
  }
  const prefix = resolved.prefix ?? idOf(resolved.service).replace(/^\d+/, "").slice(0, 100);
  return { ...resolved, prefix, serviceName: resolved.service, service: serviceOf(resolved) };
}
