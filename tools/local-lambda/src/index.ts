export type { AsynchronousOptions, DestinationRecord } from "./async-queue.ts";
export type { EnvironmentState } from "./environment.ts";
export { LambdaServiceError } from "./errors.ts";
export type { FunctionConfig, LocalFunction } from "./function-config.ts";
export { type HttpFront, type HttpFrontOptions, startHttpFront } from "./gateway/http-front.ts";
export type { InvokeResult } from "./invocation.ts";
export {
  type EnvironmentInfo,
  type InvokeInput,
  type LocalLambda,
  type LocalLambdaOptions,
  startLocalLambda,
} from "./local-lambda.ts";
export type { LogLine } from "./log-lines.ts";
