import type { Outcome } from "@midguard/kernel";
import { inherited, isTimeout } from "@midguard/kernel/internal";
import { allowance } from "./allowance.ts";
import { refund, spend } from "./callbacks.ts";
import type { Run } from "./run.ts";

/** The payment for one retry. */
export interface Payment {
  /** Gives it back, if the retry was not made after all. */
  refund(): void;
}

/**
 * Pays for a retry after `outcome`, from the invocation's allowance and the policy's budget; or takes neither, and returns
 * which of them is empty.
 */
export function pay({ policy, scope }: Run, outcome: Outcome): Payment | "allowance" | "budget" {
  const granted = scope && inherited(allowance, scope);
  if (granted !== undefined && granted.retriesLeft < 1) return "allowance";
  const cause = !outcome.ok && isTimeout(outcome.error) ? "timeout" : "failure";
  if (!spend(policy, cause)) return "budget";
  if (granted !== undefined) granted.retriesLeft -= 1;
  return {
    refund() {
      if (granted !== undefined) granted.retriesLeft += 1;
      refund(policy, cause);
    },
  };
}
