import middy from "@middy/core";
import { createRetry, retry } from "@midguard/retry";

const audit = createRetry({ name: "audit", budget: false });
let requests = 0;

/** Counts its attempts, after the request's own invocation has ended. */
const auditing = {
  async after({ response }) {
    response.body = await audit.run(async () => `request ${requests}`);
  },
};

/** Answers the first request, or makes it fail so that no further `onError` is called. */
const unsettling = {
  before({ event }) {
    requests += 1;
    if (requests > 1) return undefined;
    if (event.queryStringParameters.first === "throws") throw new Error("boom");
    return { statusCode: 200, body: "early" };
  },
  onError() {
    throw new Error("worse");
  },
};

export const handler = middy()
  .use(auditing)
  .use(retry())
  .use(unsettling)
  .handler(async () => ({ statusCode: 201 }));
