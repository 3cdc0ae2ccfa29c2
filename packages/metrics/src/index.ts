export { measureCall } from "./events/measure-call.ts";
export { type MeasuredObj, metrics } from "./middleware.ts";
export type { MetricsOptions } from "./options.ts";
export { plugins } from "./plugins.ts";
export { type RoutedPath, routeTemplates } from "./request/route-templates.ts";
