import { isDimensionName, isDimensionValue, isNamespace, maxDimensions } from "./limits.ts";
import type { Lender } from "./options.ts";
import type { Warn } from "./warn.ts";

/** Under which name and with which dimensions every line is written. */
export interface Identity {
  readonly namespace: string;
  readonly service: string;
  /** Dimensions of every set, beside `service`. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where the identity is taken from. */
export interface IdentityOptions {
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly lender: Lender | undefined;
}

interface Lent {
  readonly namespace: unknown;
  readonly dimensions: ReadonlyMap<string, unknown>;
}

/** What the user's own instance would write now. A single metric inherits it, and is the only public way to read it. */
function borrow(lender: Lender, warn: Warn): Lent | undefined {
  try {
    const { _aws, ...values } = lender.singleMetric().serializeMetrics();
    const [directive] = _aws.CloudWatchMetrics;
    const names = directive?.Dimensions.flat() ?? [];
    return { namespace: directive?.Namespace, dimensions: new Map(names.map((name) => [name, values[name]])) };
  } catch (error) {
    // A default dimension of the name `_aws` is enough.
    warn("identity", "the option metrics cannot be read", error);
    return undefined;
  }
}

/**
 * Option before lender before environment before Powertools' own fallback. Read with the first line, so that default
 * dimensions which `logMetrics` sets in its hooks are there. What CloudWatch would refuse is replaced with one warning.
 */
export function readIdentity(options: IdentityOptions, reserved: ReadonlySet<string>, warn: Warn): Identity {
  const lent = options.lender && borrow(options.lender, warn);
  const { POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME } = process.env;

  const namespace = options.namespace ?? lent?.namespace ?? POWERTOOLS_METRICS_NAMESPACE?.trim();
  if (!isNamespace(namespace)) {
    warn("identity", "no valid namespace, neither as option nor in POWERTOOLS_METRICS_NAMESPACE", namespace);
  }
  const service = options.service ?? lent?.dimensions.get("service") ?? POWERTOOLS_SERVICE_NAME?.trim();
  // None is nothing to warn of, as in Powertools.
  if (service !== undefined && service !== "" && !isDimensionValue(service)) {
    warn("service", "the name of a service must be 1 to 1024 printable ASCII characters", service);
  }

  const dimensions: Record<string, string> = {};
  // One place is kept for `service`, one for what distinguishes the line.
  let free = maxDimensions - 2;
  for (const [name, value] of lent?.dimensions ?? []) {
    if (name === "service") continue;
    if (free > 0 && isDimensionName(name) && isDimensionValue(value) && !reserved.has(name)) {
      dimensions[name] = value;
      free -= 1;
    } else {
      warn("dimension", "a default dimension cannot be used and was dropped", name);
    }
  }
  return {
    namespace: isNamespace(namespace) ? namespace : "default_namespace",
    service: isDimensionValue(service) ? service : "service_undefined",
    dimensions,
  };
}
