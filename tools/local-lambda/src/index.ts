export type { LocalAlias, Routing } from "./alias.ts";
export type { AsynchronousOptions } from "./async-queue.ts";
export type { DestinationRecord } from "./destination.ts";
export type { EnvironmentState } from "./environment/environment.ts";
export type { InitializationType } from "./environment/kind.ts";
export type { LogLine } from "./environment/log-lines.ts";
export { LambdaServiceError } from "./errors.ts";
export type { FunctionConfig, LocalFunction } from "./function-config.ts";
export { type HttpFront, type HttpFrontOptions, startHttpFront } from "./gateway/http-front.ts";
export type { InvokeResult } from "./invocation.ts";
export type { InvokeInput } from "./lambda-service.ts";
export {
  type EnvironmentInfo,
  type LocalLambda,
  type LocalLambdaOptions,
  startLocalLambda,
} from "./local-lambda.ts";
