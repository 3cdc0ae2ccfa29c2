import type { EnvironmentFacts } from "./environment.ts";

/** The answer to a warm-up ping. */
export interface WarmupAnswer extends EnvironmentFacts {
  readonly warmup: true;
  /** Milliseconds that the environment was held after priming. */
  readonly heldMs: number;
  /** The ping's own; `undefined` if it has none. */
  readonly correlationId: string | undefined;
  /** Whether `prime` succeeded; absent if there is no `prime`. */
  readonly primed?: boolean;
  /** Why `prime` did not succeed: the error as text. */
  readonly primeError?: string;
}

/** The answer to a ping that came too late: nothing was primed or held. */
export interface StaleAnswer {
  readonly warmup: true;
  readonly stale: true;
}
