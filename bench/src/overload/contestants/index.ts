import type { Contestant } from "./contestant.ts";
import { budgetAlone, budgetAndBreaker, classic, withFleetState } from "./midguard.ts";
import { cockatielConsecutive, cockatielSampling, opossum } from "./peers.ts";
import { noRetry, plainRetry } from "./retries.ts";
import { sharedConsecutive } from "./shared-consecutive.ts";

export const contestants: readonly Contestant[] = [
  budgetAlone,
  budgetAndBreaker,
  withFleetState,
  noRetry,
  plainRetry,
  classic,
  sharedConsecutive,
  cockatielConsecutive,
  cockatielSampling,
  opossum,
];
