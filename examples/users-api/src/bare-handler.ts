import middy, { type MiddyfiedHandler } from "@middy/core";
import { type Event, errors, type Result, transport } from "./http.ts";
import { observability } from "./observability.ts";
import { answer } from "./routes.ts";

/** The users API without the five middlewares, which only add behaviour. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>()
  .use(observability)
  .use(transport)
  .use(errors)
  .handler(answer);
