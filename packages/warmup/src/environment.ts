import type { Clock } from "@midguard/kernel";

/** What an execution environment tells of itself. */
export interface EnvironmentFacts {
  /** Random, and the same for as long as this environment lives; each worker thread of one has its own. */
  readonly environmentId: string;
  /**
   * Milliseconds since `warmup()` was called, in the init phase. Together with `cold` it tells an environment that Lambda
   * initialised ahead of any request: minutes old at its first invocation.
   */
  readonly ageMs: number;
  /** First invocation of this environment. */
  readonly cold: boolean;
  /** `on-demand`, `provisioned-concurrency` and so on, from `AWS_LAMBDA_INITIALIZATION_TYPE`; `undefined` outside Lambda. */
  readonly initType: string | undefined;
  /** Invocations of this environment, this one and pings included, rehearsals not. */
  readonly invocations: number;
}

/** The environment that this process, or this worker thread, is. */
export interface Environment {
  /** Counts an invocation. */
  invoked(): void;
  /** The facts as the last counted invocation sees them. */
  facts(): EnvironmentFacts;
}

// Made when first asked for, so that requests pay nothing for it and no snapshot of the init phase can hold a copy.
let environmentId: string | undefined;

/** Begins to count. One per `warmup()`; the id is the same for all of them. */
export function createEnvironment(clock: Clock): Environment {
  const bornAt = clock.now();
  let invocations = 0;
  return {
    invoked() {
      invocations += 1;
    },
    facts() {
      environmentId ??= crypto.randomUUID();
      return {
        environmentId,
        ageMs: Math.round(clock.now() - bornAt),
        cold: invocations === 1,
        initType: process.env.AWS_LAMBDA_INITIALIZATION_TYPE,
        invocations,
      };
    },
  };
}

/**
 * Whether this environment takes several invocations at once (Lambda Managed Instances). There a ping that holds does not
 * send the next one elsewhere.
 */
export function isShared(): boolean {
  return process.env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
}
