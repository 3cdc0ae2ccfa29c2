import { isRehearsal } from "@midguard/kernel";
import { currentScope, isOver, now } from "@midguard/kernel/internal";
import { lastMade } from "../process-state.ts";
import { rounded } from "../request/duration.ts";
import { countCall } from "./tally.ts";

/**
 * Makes a call and measures how long it takes, as `DependencyLatency` of `[service, dependency]`. A request's calls of
 * one dependency are a list of values on one line, so their percentiles are right. A call that fails is measured too,
 * and its error is unchanged.
 *
 * Around a retry policy it measures all attempts together, inside of one each attempt. A call that ends after its
 * invocation is not measured, because the process may have been frozen meanwhile.
 *
 * @param dependency - Names the dependency; one out of a few. After 100 distinct names in one environment it is `OTHER`.
 * @returns what the call returns.
 *
 * @example
 * const charge = (order: Order) => measureCall("payments", () => payments.run(() => post(paymentsUrl, order)));
 */
export async function measureCall<T>(dependency: string, call: () => T | PromiseLike<T>): Promise<T> {
  if (isRehearsal()) return call();
  const startedAt = now();
  const scope = currentScope(startedAt);
  try {
    return await call();
  } finally {
    const endedAt = now();
    if (scope === undefined || !isOver(scope, endedAt)) {
      // What is no text is refused with a warning when the line is made.
      const name = typeof dependency === "string" ? dependency : "";
      countCall(scope, "dependencyLatency", name, rounded(endedAt - startedAt), lastMade());
    }
  }
}
