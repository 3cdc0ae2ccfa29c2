import type { EnvironmentFacts } from "./environment.ts";

/** What a warm-up ping is answered. */
export interface WarmupAnswer extends EnvironmentFacts {
  readonly warmup: true;
  /** Milliseconds that the environment was held after priming. */
  readonly heldMs: number;
  /** The ping's own. */
  readonly correlationId: string | undefined;
  /** Whether `prime` succeeded; absent without one. */
  readonly primed?: boolean;
  /** Why `prime` did not succeed. */
  readonly primeError?: string;
}

/** What a ping that came too late is answered. */
export interface StaleAnswer {
  readonly warmup: true;
  readonly stale: true;
}
