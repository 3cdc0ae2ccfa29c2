import { createWarmerHandler, type WarmerHandler } from "@midguard/warmup/lambda";

/** The targets come with the schedule's event, so that each schedule has its own. */
export const handler: WarmerHandler = createWarmerHandler();
