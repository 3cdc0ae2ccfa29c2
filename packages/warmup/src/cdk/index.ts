export type { WarmerTarget } from "./target.ts";
export { Warmer, type WarmerProps } from "./warmer.ts";
