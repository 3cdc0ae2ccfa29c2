import type middy from "@middy/core";
import { callback, shape } from "@midguard/kernel/internal";

type Plugin = middy.PluginObject;
type Hook = (this: unknown, ...args: unknown[]) => unknown;

/** Hooks that begin something: called in the order given. */
const opening = ["beforePrefetch", "requestStart", "beforeMiddleware", "beforeHandler"];
/** Hooks that end something: called in reverse order, as Middy calls `after`. */
const closing = ["afterMiddleware", "afterHandler", "requestEnd"];

/**
 * Combines several Middy plugins into one: `middy()` takes a single plugin, and a spread silently drops hooks.
 *
 * The first plugin is the outermost. Opening hooks (`requestStart`, `beforeHandler`, ...) run in the order given, closing
 * ones (`afterHandler`, `requestEnd`, ...) in reverse order. Each `requestEnd` is awaited before the next, and all are
 * called even if one fails; the first failure is then thrown. `internal` is merged, later plugins win.
 *
 * @throws TypeError if a plugin is no object or a hook no function, and if two plugins differ in a field that exists only
 * once: `executionMode`, `timeoutEarlyInMillis`, `timeoutEarlyResponse`.
 *
 * @example
 * const measured = metrics({ namespace: "Shop" });
 * export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(plugins(measured, profiler))
 *   .use(measured)
 *   .handler(createOrder);
 */
export function plugins(...combined: readonly Plugin[]): Plugin {
  const result: Record<string, unknown> = {};
  const hooks = new Map<string, Hook[]>();
  for (const plugin of combined) {
    for (const [field, value] of fieldsOf(shape<Plugin>({})("plugins: plugin", plugin))) {
      if (value === undefined) continue;
      if (field === "internal") {
        result[field] = { ...(result[field] as object | undefined), ...value };
      } else if (opening.includes(field) || closing.includes(field)) {
        hooks.set(field, [...(hooks.get(field) ?? []), callback<Hook>()(`plugins: ${field}`, value)]);
      } else {
        // Every other field exists once, including those of later Middy versions: a conflict is refused, because
        // dropping one would hide a mistake.
        if (Object.hasOwn(result, field) && result[field] !== value) {
          throw new TypeError(`plugins: two plugins set ${field}, but Middy takes only one: set it in one of them`);
        }
        result[field] = value;
      }
    }
  }
  for (const [field, calls] of hooks) {
    if (closing.includes(field)) calls.reverse();
    result[field] = field === "requestEnd" ? awaitingAll(calls) : callingAll(calls);
  }
  return result;
}

/** The fields of a plugin, with the hooks that it inherits: those of a class are called on its own instance. */
function fieldsOf(plugin: Plugin): readonly (readonly [string, unknown])[] {
  const inherited = [...opening, ...closing].filter((field) => field in plugin && !Object.hasOwn(plugin, field));
  const bound = inherited.map((field) => {
    const hook: unknown = plugin[field as keyof Plugin];
    return [field, typeof hook === "function" ? hook.bind(plugin) : hook] as const;
  });
  return [...Object.entries(plugin), ...bound];
}

/** Calls the hooks as Middy calls them: as methods of the plugin. */
function callingAll(hooks: readonly Hook[]): Hook {
  return function callAll(...args) {
    for (const hook of hooks) hook.apply(this, args);
  };
}

function awaitingAll(hooks: readonly Hook[]): Hook {
  return async function awaitAll(...args) {
    const failures: unknown[] = [];
    for (const hook of hooks) {
      try {
        await hook.apply(this, args);
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
}
