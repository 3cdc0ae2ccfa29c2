import { inherited } from "@midguard/kernel/internal";
import { allowance } from "./allowance.ts";
import { refund, spend } from "./callbacks.ts";
import type { Run } from "./run.ts";

/** The payment for one retry. */
export interface Payment {
  /** Gives it back, if the retry was not made after all. */
  refund(): void;
}

/** Pays for one retry from the invocation's allowance and the policy's budget; or takes neither, and returns which is empty. */
export function pay({ policy, scope }: Run): Payment | "allowance" | "budget" {
  const granted = scope && inherited(allowance, scope);
  if (granted !== undefined && granted.retriesLeft < 1) return "allowance";
  if (!spend(policy)) return "budget";
  if (granted !== undefined) granted.retriesLeft -= 1;
  return {
    refund() {
      if (granted !== undefined) granted.retriesLeft += 1;
      refund(policy);
    },
  };
}
