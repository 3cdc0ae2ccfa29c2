/** A source of prices, and the day on which they were published or read there. */
export interface PriceSource {
  /** `2026-09-22`. */
  readonly date: string;
  readonly url: string;
}

/** What CloudWatch charges for metrics in a region, in USD: list prices, before discounts and free tiers. */
export interface CloudWatchPrices {
  /** A custom metric for a month, in its first tier: up to 10,000 metrics of the account. */
  readonly usdPerMetric: number;
  /** A GB of logs ingested, in the standard class. */
  readonly usdPerLogGb: number;
  /** A GB of metrics ingested by OTLP. Absent if unknown. */
  readonly usdPerOtlpGb?: number | undefined;
  /** Where and when they were published. */
  readonly source?: PriceSource | undefined;
}

function priceList(region: string, version: string): string {
  return `https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudWatch/${version}/${region}/index.json`;
}

/**
 * One row a region, of AWS's own price list. It was read in copies:
 *
 * - eu-west-1 in github.com/henderjm/world-cup-sweepstake (`docs/costs/aws-ireland-rates.json`, with the version of the
 * list).
 * - us-east-1 and ap-northeast-1 as others had read the list on that day; the prices of logs were held against second
 * sources.
 *
 * The price of OTLP was found for us-east-1 alone, in three places. Regions without a dated source are left out, and no
 * price is derived from another.
 */
const priceTable: Readonly<Record<string, CloudWatchPrices>> = {
  "ap-northeast-1": {
    usdPerMetric: 0.3,
    usdPerLogGb: 0.76,
    source: { date: "2026-09-23", url: priceList("ap-northeast-1", "current") },
  },
  "eu-west-1": {
    usdPerMetric: 0.3,
    usdPerLogGb: 0.57,
    source: { date: "2026-09-22", url: priceList("eu-west-1", "20260922021715") },
  },
  "us-east-1": {
    usdPerMetric: 0.3,
    usdPerLogGb: 0.5,
    usdPerOtlpGb: 0.5,
    source: { date: "2026-10-03", url: priceList("us-east-1", "current") },
  },
};

/** The regions whose prices are in the table, in alphabetical order. */
export const pricedRegions: readonly string[] = Object.keys(priceTable);

/**
 * CloudWatch's prices in a region, as published on `source.date`. `undefined` if the region is not in the table.
 *
 * @example
 * pricesOf("eu-west-1")?.usdPerLogGb; // 0.57
 */
export function pricesOf(region: string): CloudWatchPrices | undefined {
  return Object.hasOwn(priceTable, region) ? priceTable[region] : undefined;
}
