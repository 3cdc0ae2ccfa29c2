import { createWarnOnce } from "../warn.ts";
import { currentScope } from "./current.ts";
import type { Scope } from "./scope.ts";

/** More names than this are made from a request's data, and are not remembered. */
const maxNames = 100;

/**
 * Makes the function that a factory calls with the name of each object that it makes. It warns once if an object of the same
 * name is made in a second invocation: it is made anew for each request, so that its state is always empty. The first may
 * be made late on purpose.
 *
 * @param factory - Named in the warning.
 */
export function createMadeOnce(factory: string): (name: string) => void {
  const made = new Map<string, WeakRef<Scope>>();
  const warnOnce = createWarnOnce(factory);
  return function checkMadeOnce(name) {
    const scope = currentScope();
    if (scope === undefined) return;
    const first = made.get(name);
    if (first === undefined) {
      if (made.size < maxNames) made.set(name, new WeakRef(scope));
    } else if (first.deref() !== scope) {
      warnOnce(
        "made-once",
        "made inside an invocation, so its state does not last: make it outside of the handler",
        name,
      );
    }
  };
}
