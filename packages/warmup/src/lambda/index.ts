export { createWarmerHandler, type WarmerHandler, type WarmerHandlerOptions } from "./handler.ts";
export { lambdaInvoker } from "./invoker.ts";
