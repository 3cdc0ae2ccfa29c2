/** The warmer as a function to deploy. Its targets come with each event. */
import { createWarmerHandler, type WarmerHandler } from "../lambda/handler.ts";

// A template may leave the variable empty.
const namespace = process.env.MIDGUARD_WARM_NAMESPACE || undefined;

export const handler: WarmerHandler = createWarmerHandler({ namespace });
