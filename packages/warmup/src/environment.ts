import type { Time } from "./hold.ts";

/** Facts about the execution environment that answers. */
export interface EnvironmentFacts {
  /** Random, and constant while this environment lives. Each worker thread has its own. */
  readonly environmentId: string;
  /**
   * Milliseconds since `warmup()` was called, in the init phase. If `cold` is true and this is seconds or more, Lambda
   * initialised the environment ahead of any request.
   */
  readonly ageMs: number;
  /** Whether this is the first invocation of the environment. */
  readonly cold: boolean;
  /** `AWS_LAMBDA_INITIALIZATION_TYPE`, such as `on-demand`; `undefined` outside Lambda. */
  readonly initType: string | undefined;
  /** Invocations of this environment, including this one and other pings, but not rehearsals. */
  readonly invocations: number;
  /** Milliseconds since its last request that was no ping; `undefined` if it served none yet. */
  readonly idleMs: number | undefined;
}

/** The execution environment of this process or worker thread. */
export interface Environment {
  /** Counts an invocation, and notes when it is a request. */
  invoked(isPing: boolean): void;
  /** The facts as of the last counted invocation. */
  facts(): EnvironmentFacts;
}

// Process state, made for the first ping: no request pays for web crypto, and no snapshot of the init phase has a copy.
let environmentId: string | undefined;

/** Starts counting invocations. Each `warmup()` counts for itself; all share the process's id. */
export function createEnvironment({ clock, wallNow }: Time): Environment {
  const createdAt = clock.now();
  let invocations = 0;
  let usedAt: number | undefined;
  return {
    invoked(isPing) {
      invocations += 1;
      // By the wall clock, because the monotonic one may stand still in a frozen process.
      if (!isPing) usedAt = wallNow();
    },
    facts() {
      environmentId ??= crypto.randomUUID();
      return {
        environmentId,
        ageMs: Math.round(clock.now() - createdAt),
        cold: invocations === 1,
        initType: process.env.AWS_LAMBDA_INITIALIZATION_TYPE,
        invocations,
        idleMs: usedAt === undefined ? undefined : Math.max(0, wallNow() - usedAt),
      };
    },
  };
}

/** Whether this environment serves several invocations at once (Lambda Managed Instances). */
export function isShared(): boolean {
  return process.env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
}
