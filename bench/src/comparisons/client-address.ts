import middy from "@middy/core";
import { type Decision, type RateLimitStore, rateLimit, slidingWindow } from "@midguard/rate-limit";
import { ipKeyGenerator } from "express-rate-limit";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { forgetfulStore } from "../limiters.ts";
import { names } from "../names.ts";
import { freshEvent, type Handler, lambdaContext } from "../requests.ts";
import { type Contestant, timeAll } from "../timing.ts";

/** By kind: an address, and the key that each derives from it. An IPv6 address counts as its /56. */
const addresses = {
  IPv4: { sourceIp: "203.0.113.7", ours: "203.0.113.7", theirs: "203.0.113.7" },
  IPv6: {
    sourceIp: "2001:db8:85a3:1142:1000:8a2e:370:7334",
    ours: "2001:db8:85a3:1100::/56",
    theirs: "2001:db8:85a3:1100::/56",
  },
};
const limits = slidingWindow(1_000_000_000, "1s");

function eventFrom(sourceIp: string): object {
  const event = freshEvent() as { requestContext: { http: object } };
  return { ...event, requestContext: { ...event.requestContext, http: { ...event.requestContext.http, sourceIp } } };
}

async function answer(): Promise<object> {
  return { statusCode: 204 };
}

/** A request from `sourceIp`, limited under `expected`: by the client's address, or by a key that costs nothing to find. */
function limited(name: string, sourceIp: string, expected: string, key?: () => string): Contestant {
  let taken = "";
  const forgetful = forgetfulStore();
  const store: RateLimitStore = {
    ...forgetful,
    takeSync(request): Decision {
      taken = request.key;
      return (forgetful.takeSync as (asked: typeof request) => Decision)(request);
    },
  };
  const middleware = rateLimit({ limits, store, ...(key !== undefined && { key }) });
  const handler = middy().use(middleware).handler(answer) as unknown as Handler;
  const event = eventFrom(sourceIp);
  function check(answered: unknown): boolean {
    return (answered as { statusCode: number }).statusCode === 204 && taken === `default:${expected}`;
  }
  return { name, call: () => handler(event, lambdaContext()), check };
}

export const clientAddress: Comparison = {
  name: "client-address",
  title: "From the client's address to the key that it is limited by",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      Object.entries(addresses).flatMap(([kind, { sourceIp, ours, theirs }]) => [
        {
          name: `${kind}, in a limited request`,
          contestants: [
            limited("a constant key", sourceIp, "key", () => "key"),
            limited("midguard's default key", sourceIp, ours),
          ],
        },
        {
          name: `${kind}, by itself`,
          contestants: [
            { name: "nothing", call: () => sourceIp, check: (key) => key === sourceIp },
            { name: names.express, call: () => ipKeyGenerator(sourceIp, 56), check: (key) => key === theirs },
          ],
        },
      ]),
      effort,
    ),
};
