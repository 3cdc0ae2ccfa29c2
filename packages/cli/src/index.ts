export type { ExitCode } from "./exit-code.ts";
export { midguard, type Shell } from "./midguard.ts";
