import middy from "@middy/core";
import { powertoolsByHand } from "../powertools-by-hand.ts";
import { answered, downstream } from "./answer.ts";

/** Middy and Powertools Metrics alone: the part that both stacks have. */
export const handler: unknown = middy()
  .use(powertoolsByHand())
  .handler(async () => answered(await downstream()));
