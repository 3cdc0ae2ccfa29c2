import { randomUUID } from "node:crypto";
import { pickVersion } from "./alias.ts";
import { decodeClientContext } from "./client-context.ts";
import type { Directory, FoundFunction } from "./directory.ts";
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
  /** JSON in base64, as in `X-Amz-Client-Context`. Lambda passes it on in synchronous invocations only. */
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

/** The part of Lambda that calls functions. */
export interface LambdaService {
  /** Returns a function's resolved configuration and version; a weighted alias has the one that no weight claims. */
  describe(functionName: string, qualifier?: string): { config: FunctionConfig; version: string; arn: string };
  /** Throws the `LambdaServiceError` of a call that Lambda would reject. */
  check(input: InvokeInput): void;
  invoke(input: InvokeInput): Promise<InvokeResult>;
  invokeAsync(input: InvokeInput): string;
}

/** Creates the service. Weighted aliases choose a version by `random`, which returns numbers from 0 to below 1. */
export function createLambdaService({ find }: Directory, random: () => number): LambdaService {
  return {
    describe(functionName, qualifier) {
      const { deployment, routing, arn } = find(functionName, qualifier);
      return { config: deployment.config, version: routing.version, arn };
    },
    check: (input) => void findCalled(input),
    async invoke(input) {
      const clientContext = decodeClientContext(input.clientContext);
      return run(input, toPayload(input.payload, maxPayloadBytes), randomUUID(), clientContext);
    },
    invokeAsync(input) {
      const { deployment, arn, routing } = findCalled(input);
      const payload = toPayload(input.payload, maxEventBytes);
      // Lambda passes it on in synchronous invocations only.
      decodeClientContext(input.clientContext);
      const requestId = randomUUID();
      const functionArn = arn.split(":").length > 7 ? arn : `${arn}:${routing.version}`;
      deployment.queue.add({
        requestId,
        functionArn,
        payload,
        attempt: () => run(input, payload, requestId, undefined),
      });
      return requestId;
    },
  };

  function findCalled({ functionName, qualifier, tenantId }: InvokeInput): FoundFunction {
    const found = find(functionName, qualifier);
    checkTenant(found.deployment.config, tenantId);
    return found;
  }

  async function run(
    input: InvokeInput,
    payload: Buffer,
    requestId: string,
    clientContext: string | undefined,
  ): Promise<InvokeResult> {
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
      clientContext,
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

function lastBytes(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  return buffer.subarray(Math.max(0, buffer.length - bytes)).toString();
}
