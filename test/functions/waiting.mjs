/** Functions that do not come back: the log shows what is left of their requests. */
import middy from "@middy/core";
import { measureCall, metrics } from "@midguard/metrics";

const measured = metrics({ namespace: "Test", service: "waiting" });

/** Waits without end, as for a socket that stays silent: the process stays alive. */
function hang() {
  return new Promise(() => setInterval(() => {}, 1_000));
}

function block() {
  for (;;);
}

async function work({ queryStringParameters: { at } }) {
  if (at === "handler") await measureCall("database", () => 1).then(hang);
  if (at === "loop") block();
  return { statusCode: 200 };
}

const hanging = {
  before: ({ event }) => (event.queryStringParameters.at === "before" ? hang() : undefined),
  after: ({ event }) => (event.queryStringParameters.at === "after" ? hang() : undefined),
};

export const early = middy(measured).use(measured).use(hanging).handler(work);
export const late = middy({ ...measured, timeoutEarlyInMillis: 0 })
  .use(measured)
  .use(hanging)
  .handler(work);
export const used = middy({ timeoutEarlyInMillis: 0 }).use(measured).use(hanging).handler(work);
/** The middleware that hangs comes first, so that ours, which is no plugin here, is never called. */
export const unseen = middy().use(hanging).use(measured).handler(work);
