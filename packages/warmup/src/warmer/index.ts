export type { Invoker, PingCall, PingReply, WarmFailureReason } from "./invoker.ts";
export { isWarm, type SkipReason, type TargetReport, type WarmFailure, type WarmReport } from "./report.ts";
export type { WarmTarget } from "./target.ts";
export { createWarmer, type Warmer, type WarmerOptions } from "./warmer.ts";
