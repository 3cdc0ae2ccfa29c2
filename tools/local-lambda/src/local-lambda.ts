import { atLeast, noOthers } from "./check.ts";
import { deploy } from "./deployment.ts";
import type { DestinationRecord } from "./destination.ts";
import { createDirectory } from "./directory.ts";
import type { EnvironmentState } from "./environment/environment.ts";
import type { InitializationType } from "./environment/kind.ts";
import type { LogLine } from "./environment/log-lines.ts";
import { type LocalFunction, resolveFunction } from "./function-config.ts";
import type { InvokeResult } from "./invocation.ts";
import { startLambdaApi } from "./lambda-api.ts";
import type { InvokeInput } from "./lambda-service.ts";
import { createLambdaService, type LambdaService } from "./lambda-service.ts";
import { startWatchdog } from "./watchdog.ts";

/** Options of `startLocalLambda`. */
export interface LocalLambdaOptions {
  /** Functions by name. */
  functions: Readonly<Record<string, LocalFunction>>;
  /** @default "us-east-1" */
  region?: string;
  /** @default "123456789012" */
  accountId?: string;
  /** Called with every log line of every function. The lines of one environment come in order. */
  onLog?: (line: LogLine) => void;
  /** How many of the latest log lines are kept for each function. @default 10_000 */
  keepLogLines?: number;
  /** Returns numbers from 0 to below 1, by which weighted aliases choose a version. @default Math.random */
  random?: () => number;
}

/** One execution environment, as `environments` reports it. */
export interface EnvironmentInfo {
  readonly id: string;
  readonly pid: number | undefined;
  readonly version: string;
  /** Only with tenant isolation. */
  readonly tenantId: string | undefined;
  readonly initializationType: InitializationType;
  readonly state: EnvironmentState;
  readonly invocations: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** AWS Lambda on this machine. */
export interface LocalLambda extends Pick<LambdaService, "describe"> {
  /** Base address of the Lambda HTTP API, for the `endpoint` option of `LambdaClient`. */
  readonly endpoint: string;
  readonly region: string;
  /** Invokes and waits (`RequestResponse`). Throws `LambdaServiceError` if Lambda itself rejects the call. */
  invoke(input: InvokeInput): Promise<InvokeResult>;
  /** Queues an event (`Event`) and returns its request ID. Throws as `invoke` does. */
  invokeAsync(input: InvokeInput): string;
  /** Returns the environments that have not ended, least recently used first. */
  environments(functionName: string): EnvironmentInfo[];
  /** Returns the latest log lines, oldest first. */
  logs(functionName: string): readonly LogLine[];
  /** Returns the records of asynchronous events that were given up, oldest first. */
  deadLetters(functionName: string): readonly DestinationRecord[];
  /** Returns the number of asynchronous events that are accepted and have not ended. */
  queued(functionName: string): number;
  /** Ends every environment and closes every port. Waiting invocations fail. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts AWS Lambda on this machine, with its HTTP API on a free port of 127.0.0.1. Resolves when provisioned environments are
 * initialised.
 * Throws `TypeError` or `RangeError` for invalid options.
 *
 * @example
 * ```ts
 * await using lambda = await startLocalLambda({
 *   functions: { hello: { handler: "index.handler", taskRoot: import.meta.dirname } },
 * });
 * const client = new LambdaClient({ endpoint: lambda.endpoint, region: lambda.region, credentials });
 * ```
 */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const {
    functions,
    region = "us-east-1",
    accountId = "123456789012",
    onLog,
    keepLogLines = 10_000,
    random = Math.random,
    ...others
  } = options;
  noOthers("startLocalLambda", others);
  atLeast("startLocalLambda: keepLogLines", keepLogLines, 0);
  const configs = Object.entries(functions).map(([name, fn]) => resolveFunction(name, fn, region, accountId));
  const watchdog = startWatchdog();
  const deployments = configs.map((config) => deploy(config, { keepLogLines, onLog, onProcess }));
  const byName = new Map(deployments.map((deployment) => [deployment.config.name, deployment]));
  const directory = createDirectory(byName, region, accountId);
  const service = createLambdaService(directory, random);
  const api = await startLambdaApi(directory, service);
  await Promise.all(deployments.map(({ scheduler }) => scheduler.ready));

  return {
    endpoint: api.endpoint,
    region,
    invoke: service.invoke,
    invokeAsync: service.invokeAsync,
    describe: service.describe,
    environments(functionName) {
      const { environments } = directory.find(functionName).deployment.scheduler;
      return environments.map((environment) => {
        const { id, pid, version, tenantId, initializationType, state, invocations, startedAt } = environment;
        return { id, pid, version, tenantId, initializationType, state, invocations, startedAt };
      });
    },
    logs: (functionName) => directory.find(functionName).deployment.lines,
    deadLetters: (functionName) => directory.find(functionName).deployment.queue.deadLetters,
    queued: (functionName) => directory.find(functionName).deployment.queue.size,
    stop,
    [Symbol.asyncDispose]: stop,
  };

  function onProcess(): void {
    const all = deployments.flatMap(({ scheduler }) => scheduler.environments);
    watchdog.watch(all.flatMap(({ id, pid, state }) => (pid === undefined || state === "dead" ? [] : [{ id, pid }])));
  }

  async function stop(): Promise<void> {
    for (const { queue } of deployments) queue.stop();
    await Promise.all(deployments.map(({ scheduler }) => scheduler.stop()));
    await api.close();
    watchdog.stop();
  }
}
