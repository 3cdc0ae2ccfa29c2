import { fileURLToPath } from "node:url";
import { type LocalAlias, type Routing, resolveAliases } from "./alias.ts";
import type { AsynchronousOptions } from "./async-queue.ts";
import { atLeast, noOthers, oneOf, text } from "./check.ts";
import { resolveProvisioned } from "./provisioned.ts";

/** One function, with the properties of its CloudFormation resource. */
export interface LocalFunction {
  /** `path/to/file.export`, relative to `taskRoot`. */
  handler: string;
  /** Absolute path of the folder that AWS unpacks to `/var/task`; also the working directory. */
  taskRoot: string;
  /** Variables of the function. Of this process's environment, only `PATH` is passed on. @default {} */
  environment?: Readonly<Record<string, string>>;
  /** Milliseconds. @default 3_000 */
  timeoutMs?: number;
  /** Megabytes: passed to the function and reported, but not enforced. @default 128 */
  memoryMb?: number;
  /** Concurrent invocations of the function; further ones are throttled. @default no limit */
  reservedConcurrency?: number;
  /** Milliseconds after which an unused environment ends. @default 300_000 */
  idleMs?: number;
  /** Milliseconds from the start of the process to its first `next`. @default 10_000 */
  initTimeoutMs?: number;
  /** Concurrent invocations in one environment (Lambda Managed Instances). Sets `AWS_LAMBDA_MAX_CONCURRENCY`. @default one, with the variable unset */
  maxConcurrency?: number;
  /**
   * Worker threads of such an environment, each with its own module state. Sets `AWS_LAMBDA_NODEJS_WORKER_COUNT`. On AWS the
   * default is eight per processor. @default one thread, with the variable unset
   */
  workerThreads?: number;
  /** Whether the process is stopped between invocations. Managed Instances never are. @default true, false with `maxConcurrency` */
  freeze?: boolean;
  /** Format of the platform's and the console's log lines. @default "Text" */
  logFormat?: "Text" | "JSON";
  /** Entry file of another runtime client, e.g. `aws-lambda-ric/index.mjs`. @default this package's client */
  runtimeClient?: string;
  /** Arguments for Node, before the client's file, e.g. `["--cpu-prof"]`. @default [] */
  execArgv?: readonly string[];
  /** Versions by alias, also two by weight. They exist beside `$LATEST` and run the same code. @default {} */
  aliases?: Readonly<Record<string, LocalAlias>>;
  /** Whether each tenant has environments of its own; every invocation then needs a `tenantId`. @default false */
  tenantIsolation?: boolean;
  /**
   * Environments that are initialised at the start and kept, by alias or version; further concurrent invocations start others. A
   * number stands for calls without a qualifier, which AWS cannot provision. @default none
   */
  provisionedConcurrency?: number | Readonly<Record<string, number>>;
  /** Handling of `Event` invocations. */
  asynchronous?: AsynchronousOptions;
}

/** A function with every default resolved. */
export interface FunctionConfig {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly handler: string;
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number;
  readonly idleMs: number;
  readonly initTimeoutMs: number;
  readonly maxConcurrency: number | undefined;
  readonly workerThreads: number | undefined;
  readonly freeze: boolean;
  readonly logFormat: "Text" | "JSON";
  readonly runtimeClient: string;
  readonly execArgv: readonly string[];
  readonly aliases: Readonly<Record<string, Routing>>;
  readonly tenantIsolation: boolean;
  /** Environments by version. */
  readonly provisionedConcurrency: ReadonlyMap<string, number>;
  readonly asynchronous: AsynchronousOptions;
}

// Works from sources (.ts) and from dist (.js).
const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const ownClient = fileURLToPath(new URL(`./runtime/main${extension}`, import.meta.url));

/** Checks one function's options and resolves the defaults. Throws `TypeError` or `RangeError` with the option and its value. */
export function resolveFunction(
  name: string,
  options: LocalFunction,
  region: string,
  accountId: string,
): FunctionConfig {
  const {
    handler,
    taskRoot,
    environment = {},
    timeoutMs = 3_000,
    memoryMb = 128,
    reservedConcurrency = Number.POSITIVE_INFINITY,
    idleMs = 300_000,
    initTimeoutMs = 10_000,
    maxConcurrency,
    workerThreads,
    freeze = maxConcurrency === undefined,
    logFormat = "Text",
    runtimeClient = ownClient,
    execArgv = [],
    aliases = {},
    tenantIsolation = false,
    provisionedConcurrency = {},
    asynchronous = {},
    ...others
  } = options;
  const of = `startLocalLambda: functions.${name}`;
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new RangeError(`startLocalLambda: function name must match [A-Za-z0-9_-]{1,64}, got ${name}`);
  }
  noOthers(of, others);
  const routings = resolveAliases(`${of}.aliases`, aliases);
  const config: FunctionConfig = {
    name,
    arn: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
    region,
    handler,
    taskRoot,
    environment,
    timeoutMs,
    memoryMb,
    reservedConcurrency,
    idleMs,
    initTimeoutMs,
    maxConcurrency,
    workerThreads,
    freeze,
    logFormat,
    runtimeClient,
    execArgv,
    aliases: routings,
    tenantIsolation,
    provisionedConcurrency: resolveProvisioned(`${of}.provisionedConcurrency`, provisionedConcurrency, routings),
    asynchronous,
  };
  check(of, config);
  return config;
}

function check(of: string, config: FunctionConfig): void {
  const { maxConcurrency, workerThreads, tenantIsolation, provisionedConcurrency, reservedConcurrency } = config;
  text(`${of}.handler`, config.handler);
  text(`${of}.taskRoot`, config.taskRoot);
  text(`${of}.runtimeClient`, config.runtimeClient);
  atLeast(`${of}.timeoutMs`, config.timeoutMs, 1);
  atLeast(`${of}.memoryMb`, config.memoryMb, 1);
  atLeast(`${of}.reservedConcurrency`, reservedConcurrency, 0);
  atLeast(`${of}.idleMs`, config.idleMs, 1);
  atLeast(`${of}.initTimeoutMs`, config.initTimeoutMs, 1);
  if (maxConcurrency !== undefined) atLeast(`${of}.maxConcurrency`, maxConcurrency, 1);
  if (workerThreads !== undefined) {
    atLeast(`${of}.workerThreads`, workerThreads, 1);
    if (maxConcurrency === undefined) throw new TypeError(`${of}.workerThreads needs maxConcurrency`);
  }
  oneOf(`${of}.logFormat`, config.logFormat, ["Text", "JSON"]);
  if (provisionedConcurrency.size === 0) return;
  if (tenantIsolation) throw new TypeError(`${of}.provisionedConcurrency excludes tenantIsolation`);
  if (maxConcurrency !== undefined) throw new TypeError(`${of}.provisionedConcurrency excludes maxConcurrency`);
  const sum = [...provisionedConcurrency.values()].reduce((total, environments) => total + environments, 0);
  if (sum > reservedConcurrency) {
    throw new RangeError(
      `${of}.provisionedConcurrency must not exceed reservedConcurrency, got ${sum} of ${reservedConcurrency}`,
    );
  }
}
