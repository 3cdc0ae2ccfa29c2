import { now } from "../clock.ts";
import { currentScope, runIn } from "./current.ts";
import { type Deadline, deadlineOf } from "./deadline.ts";
import { endScope, openScope } from "./scope.ts";

/** The deadline of a rehearsal outside of any invocation: none. */
function unlimited(): Deadline {
  return deadlineOf({ enteredAt: now(), functionMs: Infinity, arrivedAt: undefined, gatewayMs: Infinity });
}

/** Runs `call` as a rehearsal with a context of its own, and with the deadline of the current invocation. */
export async function runRehearsal<T>(context: object, call: () => Promise<T>): Promise<T> {
  const scope = openScope(context, currentScope()?.deadline ?? unlimited(), true);
  try {
    return await runIn(scope, call);
  } finally {
    endScope(scope);
  }
}
