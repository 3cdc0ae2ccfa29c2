import { apiEvents } from "@midguard/kernel/testing";

const template = apiEvents.http() as { requestContext: object };

/** A handler under any set of middlewares, called as Lambda would. */
export type Handler = (event: object, context: object) => Promise<unknown>;

/** An event of an HTTP API that has just arrived. Most of it is shared, so that making it takes little of the timed span. */
export function freshEvent(): object {
  return { ...template, requestContext: { ...template.requestContext, timeEpoch: Date.now() } };
}

/** A context that reads the time left from the wall clock, like the context of AWS's own client. */
export function lambdaContext(timeoutMs = 30_000): object {
  const endsAt = Date.now() + timeoutMs;
  return {
    awsRequestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    functionName: "users",
    functionVersion: "$LATEST",
    memoryLimitInMB: "512",
    getRemainingTimeInMillis: () => endsAt - Date.now(),
  };
}

/** Sends a request through `handler`, with an event and a context of its own. */
export function send(handler: Handler): Promise<unknown> {
  return handler(freshEvent(), lambdaContext());
}
