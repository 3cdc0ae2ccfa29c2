import { randomUUID } from "node:crypto";
import { type AsyncQueue, createAsyncQueue, type DestinationRecord } from "./async-queue.ts";
import { atLeast, noOthers } from "./check.ts";
import type { EnvironmentState } from "./environment.ts";
import { functionNotFound, invalidParameter, invalidRequestContent, requestTooLarge } from "./errors.ts";
import { type FunctionConfig, type LocalFunction, resolveFunction, versionOf } from "./function-config.ts";
import { type InvokeResult, newTraceId } from "./invocation.ts";
import { startLambdaApi } from "./lambda-api.ts";
import { maxEventBytes, maxPayloadBytes } from "./limits.ts";
import type { LogLine } from "./log-lines.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { startWatchdog } from "./watchdog.ts";

export interface LocalLambdaOptions {
  /** Functions by name. */
  functions: Readonly<Record<string, LocalFunction>>;
  /** @default "us-east-1" */
  region?: string;
  /** @default "123456789012" */
  accountId?: string;
  /** Gets every line of every function, in the order they were read within an environment. */
  onLog?: (line: LogLine) => void;
  /** How many of the latest lines `logs` keeps per function. @default 10_000 */
  keepLogLines?: number;
}

/** What to invoke and how. */
export interface InvokeInput {
  /** Name, partial ARN or ARN, each with or without a qualifier. */
  functionName: string;
  /** Alias or version. @default "$LATEST" */
  qualifier?: string;
  /** JSON text as a Buffer, or a value that becomes JSON. @default {} */
  payload?: unknown;
  /** Base64 JSON, as in `X-Amz-Client-Context`. */
  clientContext?: string;
  /** X-Ray header. */
  traceId?: string;
  /** Whether the result carries the last 4 KB of the log; it then waits for the REPORT line. @default false */
  logTail?: boolean;
  /** Takes a streamed response as it comes; the result's payload is then empty. */
  onChunk?: (chunk: Buffer) => void;
}

/** What `environments` tells about one execution environment. */
export interface EnvironmentInfo {
  readonly id: string;
  readonly pid: number | undefined;
  readonly version: string;
  readonly state: EnvironmentState;
  readonly invocations: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** AWS Lambda on this machine. */
export interface LocalLambda {
  /** Base address of the Lambda HTTP API, for the `endpoint` option of `LambdaClient`. */
  readonly endpoint: string;
  readonly region: string;
  /** Invokes and waits (`RequestResponse`). Throws `LambdaServiceError` where Lambda itself refuses. */
  invoke(input: InvokeInput): Promise<InvokeResult>;
  /** Queues (`Event`) and returns the request id. */
  invokeAsync(input: InvokeInput): string;
  /** The function's resolved configuration and the version it would run (`DryRun`). */
  describe(functionName: string, qualifier?: string): { config: FunctionConfig; version: string; arn: string };
  /** Living environments, least recently used first. */
  environments(functionName: string): EnvironmentInfo[];
  /** The latest log lines, oldest first. */
  logs(functionName: string): readonly LogLine[];
  /** Records of asynchronous events that were given up, oldest first. */
  deadLetters(functionName: string): readonly DestinationRecord[];
  /** Asynchronous events accepted and not over. */
  queued(functionName: string): number;
  /** Ends every environment and closes every port. Waiting invocations fail. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Deployed {
  readonly config: FunctionConfig;
  readonly scheduler: Scheduler;
  readonly queue: AsyncQueue;
  readonly lines: LogLine[];
}

/**
 * Starts AWS Lambda on this machine, with its HTTP API on a free port of 127.0.0.1.
 * Throws `TypeError` or `RangeError` for bad options.
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
    ...others
  } = options;
  noOthers("startLocalLambda", others);
  atLeast("keepLogLines", keepLogLines, 0);
  const configs = Object.entries(functions).map(([name, fn]) => resolveFunction(name, fn, region, accountId));
  const deployed = new Map(configs.map((config) => [config.name, deploy(config)]));
  const watchdog = startWatchdog();

  const lambda: Omit<LocalLambda, "endpoint"> = {
    region,
    invoke,
    invokeAsync,
    describe(functionName, qualifier) {
      const { config, version, arn } = find(functionName, qualifier);
      return { config, version, arn };
    },
    environments(functionName) {
      return find(functionName).scheduler.environments.map(({ id, pid, version, state, invocations, startedAt }) => {
        return { id, pid, version, state, invocations, startedAt };
      });
    },
    logs: (functionName) => find(functionName).lines,
    deadLetters: (functionName) => find(functionName).queue.deadLetters,
    queued: (functionName) => find(functionName).queue.size,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  const api = await startLambdaApi(lambda);
  return { ...lambda, endpoint: api.endpoint };

  function deploy(config: FunctionConfig): Deployed {
    const lines: LogLine[] = [];
    const scheduler = createScheduler(config, {
      onProcess,
      onLog(line) {
        lines.push(line);
        // Cut in steps: one shift per line would move the whole array each time.
        if (lines.length > keepLogLines * 1.25) lines.splice(0, lines.length - keepLogLines);
        onLog?.(line);
      },
    });
    return { config, scheduler, lines, queue: createAsyncQueue(config.asynchronous) };
  }

  function onProcess(): void {
    const all = [...deployed.values()].flatMap(({ scheduler }) => scheduler.environments);
    watchdog.watch(all.flatMap(({ pid, state }) => (pid === undefined || state === "dead" ? [] : [pid])));
  }

  function find(nameOrArn: string, qualifier?: string): Deployed & { version: string; arn: string } {
    const [, name = "", ownQualifier] = functionReference.exec(nameOrArn) ?? [];
    if (qualifier !== undefined && ownQualifier !== undefined && qualifier !== ownQualifier) {
      throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
    }
    const asked = qualifier ?? ownQualifier;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${asked === undefined ? "" : `:${asked}`}`;
    const found = deployed.get(name);
    const version = found && versionOf(found.config, asked);
    if (!found || version === undefined) throw functionNotFound(arn);
    return { ...found, version, arn };
  }

  async function invoke(input: InvokeInput): Promise<InvokeResult> {
    const payload = toPayload(input.payload, maxPayloadBytes);
    return run(input, payload, randomUUID());
  }

  function invokeAsync(input: InvokeInput): string {
    const { queue, arn, version } = find(input.functionName, input.qualifier);
    const payload = toPayload(input.payload, maxEventBytes);
    const requestId = randomUUID();
    const functionArn = arn.split(":").length > 7 ? arn : `${arn}:${version}`;
    queue.add({ requestId, functionArn, payload, attempt: () => run(input, payload, requestId) });
    return requestId;
  }

  async function run(input: InvokeInput, payload: Buffer, requestId: string): Promise<InvokeResult> {
    const { scheduler, version, arn } = find(input.functionName, input.qualifier);
    const tail = input.logTail ? [] : undefined;
    const outcome = await scheduler.run({
      requestId,
      version,
      invokedArn: arn,
      payload,
      traceId: input.traceId ?? newTraceId(),
      clientContext: input.clientContext && Buffer.from(input.clientContext, "base64").toString(),
      tail,
      onChunk: input.onChunk,
    });
    return {
      requestId,
      executedVersion: version,
      functionError: outcome.failed ? "Unhandled" : undefined,
      payload: outcome.payload,
      logTail: tail && lastBytes(`${tail.join("\n")}\n`, 4_096),
    };
  }

  async function stop(): Promise<void> {
    for (const { queue } of deployed.values()) queue.stop();
    await Promise.all([...deployed.values()].map(({ scheduler }) => scheduler.stop()));
    await api.close();
    watchdog.stop();
  }
}

// name, 123456789012:function:name, or arn:aws:lambda:region:123456789012:function:name; then :qualifier
const functionReference = /^(?:(?:arn:[\w-]+:lambda:[\w-]+:)?\d{12}:function:)?([\w-]+)(?::([\w$-]+))?$/;

function toPayload(value: unknown, limitBytes: number): Buffer {
  const payload = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value ?? {}));
  if (payload.length > limitBytes) throw requestTooLarge(limitBytes);
  if (payload.length === 0) return Buffer.from("{}");
  try {
    if (payload === value) JSON.parse(payload.toString());
  } catch (error) {
    throw invalidRequestContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
  return payload;
}

function lastBytes(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  return buffer.subarray(Math.max(0, buffer.length - bytes)).toString();
}
