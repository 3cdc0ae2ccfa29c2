import type middy from "@middy/core";
import { checkType } from "@midguard/kernel/internal";

type Plugin = middy.PluginObject;
type Hook = (this: unknown, ...args: unknown[]) => unknown;

/** Hooks that open something: called in the order given. */
const opening = ["beforePrefetch", "requestStart", "beforeMiddleware", "beforeHandler"];
/** Hooks that close it again: called in the opposite order, as Middy calls `after`. */
const closing = ["afterMiddleware", "afterHandler", "requestEnd"];

/**
 * Makes one Middy plugin out of several: `middy()` has a single place for one, and a spread silently drops hooks.
 *
 * Every hook of every plugin is called, the first plugin being the outermost: what opens (`requestStart`,
 * `beforeHandler`, ...) in the order given, what closes (`afterHandler`, `requestEnd`, ...) in the opposite order. One
 * `requestEnd` is awaited before the next is called, and all are called even if one fails; the first failure is then
 * thrown. `internal` is merged, later plugins win.
 *
 * @throws TypeError for what is no plugin or no hook, and if two plugins differ in a field that Middy has one of:
 * `executionMode`, `timeoutEarlyInMillis`, `timeoutEarlyResponse`.
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
    for (const [field, value] of Object.entries(checkType("plugin", plugin, "object"))) {
      if (value === undefined) continue;
      if (field === "internal") {
        result[field] = { ...(result[field] as object | undefined), ...value };
      } else if (opening.includes(field) || closing.includes(field)) {
        hooks.set(field, [...(hooks.get(field) ?? []), checkType(field, value, "function")]);
      } else {
        // Anything else is single, also what a later Middy may add: better refused than dropped.
        if (Object.hasOwn(result, field) && result[field] !== value) {
          throw new TypeError(`plugins: two plugins set ${field}, and Middy has one: give it in one of them`);
        }
        result[field] = value;
      }
    }
  }
  for (const [field, calls] of hooks) {
    if (closing.includes(field)) calls.reverse();
    result[field] = field === "requestEnd" ? allToTheEnd(calls) : inTurn(calls);
  }
  return result;
}

/** Middy calls a hook as a method of the plugin, and so do we. */
function inTurn(calls: readonly Hook[]): Hook {
  return function callInTurn(...args) {
    for (const call of calls) call.apply(this, args);
  };
}

function allToTheEnd(calls: readonly Hook[]): Hook {
  return async function callAllToTheEnd(...args) {
    const failures: unknown[] = [];
    for (const call of calls) {
      try {
        await call.apply(this, args);
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
}
