import { now } from "../clock.ts";
import { currentScope, runIn } from "./current.ts";
import type { TimeLimits } from "./deadline.ts";
import { endScope, openScope } from "./scope.ts";

/** The limits of a rehearsal outside of any invocation. */
function unlimited(): TimeLimits {
  return { enteredAt: now(), functionMs: Infinity, arrivedAt: undefined, gatewayMs: Infinity };
}

/** Runs `call` as a rehearsal with a context of its own, and with the deadline of the current invocation. */
export async function runRehearsal<T>(context: object, call: () => Promise<T>): Promise<T> {
  const scope = openScope(context, currentScope()?.limits ?? unlimited(), true);
  try {
    return await runIn(scope, call);
  } finally {
    endScope(scope);
  }
}
