import { type Environment, type EnvironmentHost, startEnvironment } from "./environment/environment.ts";
import { throttled } from "./errors.ts";
import type { FunctionConfig } from "./function-config.ts";
import type { Invocation, Outcome } from "./invocation.ts";

/** The environments of one function, and the choice between them for each invocation. */
export interface Scheduler {
  readonly environments: readonly Environment[];
  /** Resolves when every provisioned environment has initialised or failed to. */
  readonly ready: Promise<unknown>;
  /** Runs an invocation. Throws `TooManyRequestsException` at the concurrency limit. */
  run(invocation: Omit<Invocation, "settle">): Promise<Outcome>;
  stop(): Promise<void>;
}

/**
 * Creates the scheduler of a function. It starts an environment if none is free, and prefers the one used last, provisioned ones
 * first.
 */
export function createScheduler(
  config: FunctionConfig,
  { onLog, onProcess }: Pick<EnvironmentHost, "onLog" | "onProcess">,
): Scheduler {
  /** Least recently used first. */
  const environments: Environment[] = [];
  /** Invocations that are accepted and not answered. */
  let active = 0;
  let stopped = false;

  const host: EnvironmentHost = {
    onLog,
    onProcess,
    onEnd(environment, unstarted) {
      const at = environments.indexOf(environment);
      if (at !== -1) environments.splice(at, 1);
      // As on AWS, a failed init is not repeated until the configuration changes.
      if (isProvisioned(environment) && environment.initialised && !stopped) provision(environment.version);
      for (const invocation of unstarted) place(invocation);
    },
  };
  for (const [version, count] of config.provisionedConcurrency) for (let n = 0; n < count; n += 1) provision(version);
  const ready = Promise.all(environments.map((environment) => environment.ready));

  return { environments, ready, run, stop };

  function provision(version: string): void {
    const kind = { version, tenantId: undefined, initializationType: "provisioned-concurrency" } as const;
    environments.unshift(startEnvironment(config, kind, host));
  }

  function run(invocation: Omit<Invocation, "settle">): Promise<Outcome> {
    if (active >= config.reservedConcurrency) throw throttled();
    active += 1;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        active -= 1;
        resolve(outcome);
      };
      place({ ...invocation, settle });
    });
  }

  function place(invocation: Invocation): void {
    if (stopped) {
      invocation.settle({ failed: true, payload: shutDown });
      return;
    }
    const environment = freeFor(invocation) ?? start(invocation);
    // The search begins at the end, with the one used last: the others stay unused until `idleMs` ends them.
    if (environment !== environments.at(-1)) {
      const at = environments.indexOf(environment);
      if (at !== -1) environments.splice(at, 1);
      environments.push(environment);
    }
    environment.assign(invocation);
  }

  function freeFor({ version, tenantId }: Invocation): Environment | undefined {
    const free = environments.filter(
      (each) => each.freeSlots > 0 && each.version === version && each.tenantId === tenantId,
    );
    return (
      free.findLast((each) => isProvisioned(each) && each.initialised) ?? free.findLast((each) => !isProvisioned(each))
    );
  }

  function start({ version, tenantId }: Invocation): Environment {
    const initializationType = config.maxConcurrency === undefined ? "on-demand" : "lambda-managed-instances";
    return startEnvironment(config, { version, tenantId, initializationType }, host);
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all(environments.map((environment) => environment.kill()));
  }
}

function isProvisioned({ initializationType }: Environment): boolean {
  return initializationType === "provisioned-concurrency";
}

const shutDown: Buffer = Buffer.from(
  JSON.stringify({ errorType: "Sandbox.Failure", errorMessage: "The local Lambda was stopped" }),
);
