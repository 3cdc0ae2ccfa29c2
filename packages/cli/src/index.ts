export type { ExitCode } from "./exit-code.ts";
export { midguard, type Shell } from "./midguard.ts";
export type { Progress } from "./progress.ts";
