export { type MeasuredObj, metrics } from "./middleware.ts";
export type { MetricsOptions } from "./options.ts";
export { plugins } from "./plugins.ts";
