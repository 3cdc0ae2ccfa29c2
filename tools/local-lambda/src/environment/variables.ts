import type { FunctionConfig } from "../function-config.ts";
import type { EnvironmentKind } from "./kind.ts";

/**
 * The variables of an execution environment: those that AWS sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), then the user's own.
 */
export function environmentVariables(
  config: FunctionConfig,
  { version, initializationType }: EnvironmentKind,
  logStream: string,
  runtimeApi: string,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    _HANDLER: config.handler,
    LAMBDA_TASK_ROOT: config.taskRoot,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: config.logFormat,
    AWS_LAMBDA_INITIALIZATION_TYPE: initializationType,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split(".")[0]}.x`,
    AWS_REGION: config.region,
    AWS_DEFAULT_REGION: config.region,
    // Clients of the AWS SDK cannot sign without credentials; these give no access.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    ...(config.maxConcurrency !== undefined && { AWS_LAMBDA_MAX_CONCURRENCY: String(config.maxConcurrency) }),
    ...(config.workerThreads !== undefined && { AWS_LAMBDA_NODEJS_WORKER_COUNT: String(config.workerThreads) }),
    ...config.environment,
  };
}
