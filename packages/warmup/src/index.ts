export { isRehearsal } from "@midguard/kernel";
export type { StaleAnswer, WarmupAnswer } from "./answer.ts";
export type { EnvironmentFacts } from "./environment.ts";
export { warmup } from "./middleware.ts";
export type { WarmupOptions } from "./options.ts";
export { isWarmupPing, type WarmupPing } from "./ping.ts";
export { type Rehearsal, type RehearsedHandler, rehearse } from "./rehearse.ts";
