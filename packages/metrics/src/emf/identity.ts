import type { Catalogue } from "../catalogue/catalogue.ts";
import type { PowertoolsMetrics } from "../options.ts";
import type { Warn } from "../warn.ts";
import { isDimensionName, isDimensionValue, isNamespace, maxDimensions } from "./limits.ts";

/** The namespace of every line, and the dimensions of every set. */
export interface Identity {
  readonly namespace: string;
  readonly service: string;
  /** Default dimensions of the user's, beside `service`. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where the identity comes from. */
export interface IdentityOptions {
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly defaultsFrom: PowertoolsMetrics | undefined;
}

interface Defaults {
  readonly namespace: unknown;
  readonly dimensions: ReadonlyMap<string, unknown>;
}

const noDefaults: Defaults = { namespace: undefined, dimensions: new Map() };

/** The defaults of the user's instance. A single metric inherits them, and is the only public way to read them. */
function readDefaults(powertools: PowertoolsMetrics, warn: Warn): Defaults {
  try {
    const { _aws, ...values } = powertools.singleMetric().serializeMetrics();
    const [directive] = _aws.CloudWatchMetrics;
    const names = directive?.Dimensions.flat() ?? [];
    return { namespace: directive?.Namespace, dimensions: new Map(names.map((name) => [name, values[name]])) };
  } catch (error) {
    // A default dimension named `_aws` is enough.
    warn("namespace", "the option defaultsFrom cannot be read", error);
    return noDefaults;
  }
}

/** The default dimensions that can be used. */
function usableDimensions(
  dimensions: Defaults["dimensions"],
  { byId, reservedNames }: Catalogue,
  warn: Warn,
): Record<string, string> {
  const usable: Record<string, string> = {};
  let free =
    maxDimensions - Math.max(...[...byId.values()].flatMap((metric) => metric.dimensions.map((set) => set.length)));
  for (const [name, value] of dimensions) {
    if (name === "service") continue;
    if (free > 0 && isDimensionName(name) && isDimensionValue(value) && !reservedNames.has(name)) {
      usable[name] = value;
      free -= 1;
    } else {
      warn("dimension", "a default dimension cannot be used and was dropped", name);
    }
  }
  return usable;
}

/**
 * Reads the identity: options come first, then the user's instance, then environment variables, then what Powertools falls
 * back to. To be called with the first line, because `logMetrics` sets default dimensions in its hooks.
 */
export function readIdentity(options: IdentityOptions, catalogue: Catalogue, warn: Warn): Identity {
  const { POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME } = process.env;
  const defaults = options.defaultsFrom === undefined ? noDefaults : readDefaults(options.defaultsFrom, warn);

  const namespace = options.namespace ?? defaults.namespace ?? POWERTOOLS_METRICS_NAMESPACE?.trim();
  if (!isNamespace(namespace)) {
    warn("namespace", "no valid namespace, neither as option nor in POWERTOOLS_METRICS_NAMESPACE", namespace);
  }
  const service = options.service ?? defaults.dimensions.get("service") ?? POWERTOOLS_SERVICE_NAME?.trim();
  // Without a service there is no warning, as in Powertools.
  if (service !== undefined && service !== "" && !isDimensionValue(service)) {
    warn("service", "the name of a service must be 1 to 1024 printable ASCII characters", service);
  }
  return {
    namespace: isNamespace(namespace) ? namespace : "default_namespace",
    service: isDimensionValue(service) ? service : "service_undefined",
    dimensions: usableDimensions(defaults.dimensions, catalogue, warn),
  };
}
