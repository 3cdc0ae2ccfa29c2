import type { IncomingHttpHeaders } from "node:http";
import { runtimeError } from "./errors.ts";

/** The context object of a handler, with the fields that AWS's Node 24 client sets. */
export interface RuntimeContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  readonly functionName: string | undefined;
  readonly functionVersion: string | undefined;
  readonly memoryLimitInMB: string | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  readonly clientContext: unknown;
  readonly identity: unknown;
  readonly tenantId: string | undefined;
  readonly xRayTraceId: string | undefined;
  /** Settable by code written for callbacks. It has no effect, because Node 24 on Lambda has no callbacks. */
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

/** Creates the context of an invocation from its headers and the variables of the environment. */
export function createContext(headers: IncomingHttpHeaders, env: NodeJS.ProcessEnv): RuntimeContext {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: header(headers, "lambda-runtime-aws-request-id") ?? "",
    invokedFunctionArn: header(headers, "lambda-runtime-invoked-function-arn") ?? "",
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: jsonHeader(headers, "lambda-runtime-client-context"),
    identity: jsonHeader(headers, "lambda-runtime-cognito-identity"),
    tenantId: header(headers, "lambda-runtime-aws-tenant-id"),
    xRayTraceId: header(headers, "lambda-runtime-trace-id"),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function jsonHeader(headers: IncomingHttpHeaders, name: string): unknown {
  const value = header(headers, name);
  if (!value) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw runtimeError("PlatformError", `Failed to parse ${name} as JSON`);
  }
}
