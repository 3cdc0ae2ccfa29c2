import { isCircuitOpenError } from "@midguard/circuit-breaker";
import { createRegion, type Stock } from "./region.ts";

const { FIRST_REGION = "eu-west-1", FIRST_URL = "", SECOND_REGION = "eu-central-1", SECOND_URL = "" } = process.env;

/** In the order in which they are asked. The second has more time, because nothing fresh comes after it. */
const regions = [createRegion(FIRST_REGION, FIRST_URL, 500), createRegion(SECOND_REGION, SECOND_URL, 1_500)];

/** The last answers that this environment got, the oldest first. */
const cache = new Map<string, Stock>();
const maxCached = 1_000;

/** A stock, and where it comes from: a region, the `cache` of this environment, or nowhere: the `default`. */
export interface Answer {
  readonly stock: Stock | undefined;
  readonly source: string;
}

function remember(stock: Stock): void {
  cache.delete(stock.id);
  cache.set(stock.id, stock);
  const [oldest] = cache.keys();
  if (cache.size > maxCached && oldest !== undefined) cache.delete(oldest);
}

/** Asks one region after the other, then the cache. Without any of them an article counts as sold out. */
export async function stockOf(id: string): Promise<Answer> {
  for (const region of regions) {
    try {
      const stock = await region.read(id);
      if (stock !== undefined) remember(stock);
      return { stock, source: region.name };
    } catch (error) {
      // The next one answers. Logged, because it may as well be a mistake in this code.
      if (!isCircuitOpenError(error)) console.warn(`${region.name}: ${error}`);
    }
  }
  const cached = cache.get(id);
  return cached === undefined ? { stock: { id, pieces: 0 }, source: "default" } : { stock: cached, source: "cache" };
}
