import middy from "@middy/core";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { ipKeyGenerator } from "express-rate-limit";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { freshEvent, type Handler, lambdaContext } from "../requests.ts";
import { type Contestant, timeAll } from "../timing.ts";

const addresses = { IPv4: "203.0.113.7", IPv6: "2001:db8:85a3:1142:1000:8a2e:370:7334" };
const limits = slidingWindow(1_000_000_000, "1s");

function eventFrom(sourceIp: string): object {
  const event = freshEvent() as { requestContext: { http: object } };
  return { ...event, requestContext: { ...event.requestContext, http: { ...event.requestContext.http, sourceIp } } };
}

async function answer(): Promise<object> {
  return { statusCode: 204 };
}

/** A request from `sourceIp`, limited by the client's address, or by a key that costs nothing to find. */
function limited(name: string, sourceIp: string, key?: () => string): Contestant {
  const middleware = rateLimit({ limits, ...(key !== undefined && { key }) });
  const handler = middy().use(middleware).handler(answer) as unknown as Handler;
  const event = eventFrom(sourceIp);
  const check = (answered: unknown): boolean => (answered as { statusCode: number }).statusCode === 204;
  return { name, call: () => handler(event, lambdaContext()), check };
}

function isKey(key: unknown): boolean {
  return typeof key === "string" && key.length > 8;
}

export const clientAddress: Comparison = {
  name: "client-address",
  title: "From the client's address to the key that it is limited by",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      Object.entries(addresses).flatMap(([kind, address]) => [
        {
          name: `${kind}, in a limited request`,
          contestants: [limited("a constant key", address, () => "key"), limited("midguard's default key", address)],
        },
        {
          name: `${kind}, by itself`,
          contestants: [
            { name: "nothing", call: () => address, check: isKey },
            { name: "express-rate-limit 8.7.5", call: () => ipKeyGenerator(address, 56), check: isKey },
          ],
        },
      ]),
      effort,
    ),
};
