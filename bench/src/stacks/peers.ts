import middy from "@middy/core";
import { flexibleLimiter, guardedByPeers, lambdaWarmer } from "../peers.ts";
import { powertoolsByHand } from "../powertools-by-hand.ts";
import { answered, downstream, limit } from "./answer.ts";

/** The same jobs done by the peers. */
export const handler: unknown = middy()
  .use(lambdaWarmer)
  .use(powertoolsByHand())
  .use(flexibleLimiter(limit, 1, true))
  .handler(async () => answered(await guardedByPeers(downstream)));
