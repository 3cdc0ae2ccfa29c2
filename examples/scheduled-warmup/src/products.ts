import middy, { type MiddyfiedHandler } from "@middy/core";
import { warmup } from "@midguard/warmup";
import { answer, type Event, isAuthorised, type Result } from "./api.ts";
import { getJson } from "./connections.ts";
import { rehearseRecorded } from "./rehearse-recorded.ts";
import { getItem } from "./table.ts";

const { PRICES_URL = "" } = process.env;

/** GET /products/{id}: the product from the table, and its price from a service over TLS. */
async function getProduct(event: Event): Promise<Result> {
  if (!(await isAuthorised(event))) return answer(401, { message: "Unauthorized" });
  const id = event.pathParameters?.id ?? "";
  const [product, price] = await Promise.all([getItem(id), getJson(`${PRICES_URL}${encodeURIComponent(id)}`)]);
  return product === undefined ? answer(404, { message: "No such product" }) : answer(200, { ...product, price });
}

/** Named, because TypeScript would find the handler's type in its own initialiser. */
function prime(signal: AbortSignal, payload: unknown): Promise<void> {
  return rehearseRecorded(handler, signal, payload);
}

export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>()
  .use(warmup({ prime }))
  .handler(getProduct);
