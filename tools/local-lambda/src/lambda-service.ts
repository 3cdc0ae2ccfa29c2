import { randomUUID } from "node:crypto";
import { pickVersion, type Routing, routingOf } from "./alias.ts";
import type { Deployment } from "./deployment.ts";
import { aliasNotFound, functionNotFound, invalidParameter } from "./errors.ts";
import type { FunctionConfig } from "./function-config.ts";
import { type InvokeResult, newTraceId } from "./invocation.ts";
import { maxEventBytes, maxPayloadBytes } from "./limits.ts";
import { toPayload } from "./payload.ts";
import { checkTenant } from "./tenant.ts";

/** A function to invoke, and how. */
export interface InvokeInput {
  /** Name, partial ARN or ARN, each with or without a qualifier. */
  functionName: string;
  /** Alias or version. @default "$LATEST" */
  qualifier?: string;
  /** JSON text as a Buffer, or a value that is converted to JSON. @default {} */
  payload?: unknown;
  /** Base64 JSON, as in `X-Amz-Client-Context`. */
  clientContext?: string;
  /** The tenant of a function with `tenantIsolation`; required there, and rejected elsewhere. */
  tenantId?: string;
  /** X-Ray header. */
  traceId?: string;
  /** Whether the result has the last 4 KB of the log; it then waits for the REPORT line. @default false */
  logTail?: boolean;
  /** Receives the chunks of a streamed response; the payload of the result is then empty. */
  onChunk?: (chunk: Buffer, executed: Executed) => void;
}

/** The part of a result that is known as soon as an invocation runs. */
export type Executed = Pick<InvokeResult, "requestId" | "executedVersion">;

/** A function that was found by its name, and the versions that calls of it run. */
interface FoundFunction {
  readonly deployment: Deployment;
  readonly routing: Routing;
  readonly arn: string;
}

/** The part of Lambda that calls functions. */
export interface LambdaService {
  /** Throws a `LambdaServiceError` if there is no such function or qualifier. */
  find(nameOrArn: string, qualifier?: string): FoundFunction;
  /** Throws a `LambdaServiceError` if there is no such function or alias. */
  findAlias(nameOrArn: string, alias: string): FoundFunction;
  /** Returns a function's resolved configuration and version; a weighted alias has the one that no weight claims. */
  describe(functionName: string, qualifier?: string): { config: FunctionConfig; version: string; arn: string };
  /** Throws the `LambdaServiceError` of a call that Lambda would reject. */
  check(input: InvokeInput): void;
  invoke(input: InvokeInput): Promise<InvokeResult>;
  invokeAsync(input: InvokeInput): string;
}

/** The place of the functions, and the source of chance for weighted aliases. */
export interface LambdaServiceOptions {
  readonly region: string;
  readonly accountId: string;
  /** Returns numbers from 0 to below 1. */
  readonly random: () => number;
}

/** Creates the service for functions by name, in one region of one account. */
export function createLambdaService(
  deployments: ReadonlyMap<string, Deployment>,
  { region, accountId, random }: LambdaServiceOptions,
): LambdaService {
  return {
    find,
    findAlias(nameOrArn, alias) {
      const { deployment } = find(nameOrArn);
      const { aliases, arn: functionArn } = deployment.config;
      const arn = `${functionArn}:${alias}`;
      const routing = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined;
      if (!routing) throw aliasNotFound(arn);
      return { deployment, routing, arn };
    },
    describe(functionName, qualifier) {
      const { deployment, routing, arn } = find(functionName, qualifier);
      return { config: deployment.config, version: routing.version, arn };
    },
    check: (input) => void findCalled(input),
    invoke: async (input) => run(input, toPayload(input.payload, maxPayloadBytes), randomUUID()),
    invokeAsync(input) {
      const { deployment, arn, routing } = findCalled(input);
      const payload = toPayload(input.payload, maxEventBytes);
      const requestId = randomUUID();
      const functionArn = arn.split(":").length > 7 ? arn : `${arn}:${routing.version}`;
      deployment.queue.add({ requestId, functionArn, payload, attempt: () => run(input, payload, requestId) });
      return requestId;
    },
  };

  function find(nameOrArn: string, qualifier?: string): FoundFunction {
    const [, name = "", ownQualifier] = functionReference.exec(nameOrArn) ?? [];
    if (qualifier !== undefined && ownQualifier !== undefined && qualifier !== ownQualifier) {
      throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
    }
    const asked = qualifier ?? ownQualifier;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${asked === undefined ? "" : `:${asked}`}`;
    const deployment = deployments.get(name);
    const routing = deployment && routingOf(deployment.config.aliases, asked);
    if (!deployment || !routing) throw functionNotFound(arn);
    return { deployment, routing, arn };
  }

  function findCalled({ functionName, qualifier, tenantId }: InvokeInput): FoundFunction {
    const found = find(functionName, qualifier);
    checkTenant(found.deployment.config, tenantId);
    return found;
  }

  async function run(input: InvokeInput, payload: Buffer, requestId: string): Promise<InvokeResult> {
    const { deployment, routing, arn } = findCalled(input);
    const { onChunk } = input;
    const version = pickVersion(routing, random);
    const tail = input.logTail ? [] : undefined;
    const outcome = await deployment.scheduler.run({
      requestId,
      version,
      invokedArn: arn,
      payload,
      traceId: input.traceId ?? newTraceId(),
      clientContext: input.clientContext && Buffer.from(input.clientContext, "base64").toString(),
      tenantId: input.tenantId,
      tail,
      onChunk: onChunk && ((chunk) => onChunk(chunk, { requestId, executedVersion: version })),
    });
    return {
      requestId,
      executedVersion: version,
      functionError: outcome.failed ? "Unhandled" : undefined,
      payload: outcome.payload,
      logTail: tail && lastBytes(`${tail.join("\n")}\n`, 4_096),
    };
  }
}

// name, 123456789012:function:name, or arn:aws:lambda:region:123456789012:function:name; then :qualifier
const functionReference = /^(?:(?:arn:[\w-]+:lambda:[\w-]+:)?\d{12}:function:)?([\w-]+)(?::([\w$-]+))?$/;

function lastBytes(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  return buffer.subarray(Math.max(0, buffer.length - bytes)).toString();
}
