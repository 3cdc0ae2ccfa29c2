/** A source of prices, and the day on which it published them. */
export interface PriceSource {
  /** `2026-10-01`. */
  readonly date: string;
  readonly url: string;
}

/** Millionths of a USD per GB-second: on demand in its first tier, provisioned concurrency, and duration on it. */
type MicroUsd = readonly [onDemand: number] | readonly [onDemand: number, provisioned: number, duration: number];

/** USD per million requests, then the prices of x86_64 and of arm64. */
type Row = readonly [requests: number, x86: MicroUsd, arm: MicroUsd, source: PriceSource];

/**
 * AWS's price list of Lambda, all digits, read in a copy: github.com/NobleNeet/AWSPricingCalculator_forTAE, commit 775173fe.
 * On demand it was held against `early`, and provisioned concurrency on x86_64 against a copy of calculator.aws: they agree in
 * all 17 regions, but for two prices of requests, where `early` has those of Lambda@Edge (eu-central-1, eu-west-2).
 */
const october: PriceSource = {
  date: "2026-10-01",
  url: "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/20261001184746/index.json",
};

/**
 * An older copy of the list, without provisioned concurrency, for the other regions. Requests and x86_64 were held against a
 * second source in each; arm64 too, but for ap-south-2, ca-west-1, eu-south-2 and il-central-1. Regions without a second source
 * are left out. Provisioned concurrency on x86_64 is from the copy of calculator.aws (github.com/remotion-dev/remotion, later
 * than August 2024), in me-central-1 from AWS's page of Savings Plans rates (2026).
 */
const early: PriceSource = {
  date: "2026-01-01",
  url: "https://github.com/zmynx/aws-lambda-calculator/tree/fab991d82e5f772151ad259050f7ceb31b768d2f",
};

/** One row a region. A price that is missing was not found published. */
export const priceTable: Readonly<Record<string, Row>> = {
  "af-south-1": [0.27, [22.1, 5.53, 12.9], [17.68], early],
  "ap-east-1": [0.28, [22.92, 5.7153, 13.3358], [18.3], early],
  "ap-northeast-1": [0.2, [16.6667, 5.3835, 12.5615], [13.3334, 4.3068, 10.0492], october],
  "ap-northeast-2": [0.2, [16.6667, 5.1254, 11.9592], [13.3334, 4.1003, 9.5674], october],
  "ap-northeast-3": [0.2, [16.6667, 5.3835, 12.5615], [13.3334, 4.3068, 10.0492], october],
  "ap-south-1": [0.2, [16.6667, 4.4985, 10.4966], [13.3334, 3.5988, 8.3973], october],
  "ap-south-2": [0.2, [16.6667], [13.3334], early],
  "ap-southeast-1": [0.2, [16.6667, 5.1991, 12.1313], [13.3334, 4.1593, 9.705], october],
  "ap-southeast-2": [0.2, [16.6667, 5.236, 12.2173], [13.3334, 4.1888, 9.7738], october],
  "ap-southeast-3": [0.2, [16.6667], [13.3334], early],
  "ap-southeast-4": [0.2, [16.6667, 5.236, 12.2173], [13.3334], early],
  "ap-southeast-5": [0.18, [15, 4.6791, 10.9181], [12], early],
  "ca-central-1": [0.2, [16.6667, 4.646, 10.8407], [13.3334, 3.7168, 8.6726], october],
  "ca-west-1": [0.2, [16.6667], [13.3334], early],
  "eu-central-1": [0.2, [16.6667, 5.0147, 11.7011], [13.3334, 4.0118, 9.3609], october],
  "eu-central-2": [0.22, [18.3334, 5.5162, 12.8712], [14.6667], early],
  "eu-north-1": [0.2, [16.6667, 4.4248, 10.3245], [13.3334, 3.5398, 8.2596], october],
  "eu-south-1": [0.23, [19.5172, 4.8783, 11.3827], [15.6138], early],
  "eu-south-2": [0.2, [16.6667], [13.3334], early],
  "eu-west-1": [0.2, [16.6667, 4.646, 10.8407], [13.3334, 3.7168, 8.6726], october],
  "eu-west-2": [0.2, [16.6667, 4.8304, 11.2709], [13.3334, 3.8643, 9.0167], october],
  "eu-west-3": [0.2, [16.6667, 4.8673, 11.3569], [13.3334, 3.8938, 9.0855], october],
  "il-central-1": [0.21, [17.5], [14.0001], early],
  "me-central-1": [0.25, [20.6667, 5.1108, 11.9251], [16.5334], early],
  "me-south-1": [0.25, [20.6667, 5.1108, 11.9251], [16.5334], early],
  "sa-east-1": [0.2, [16.6667, 6.6372, 15.4867], [13.3334, 5.3098, 12.3894], october],
  "us-east-1": [0.2, [16.6667, 4.1667, 9.7222], [13.3334, 3.3334, 7.7778], october],
  "us-east-2": [0.2, [16.6667, 4.1667, 9.7222], [13.3334, 3.3334, 7.7778], october],
  "us-west-1": [0.2, [16.6667, 4.9041, 11.443], [13.3334, 3.9233, 9.1544], october],
  "us-west-2": [0.2, [16.6667, 4.1667, 9.7222], [13.3334, 3.3334, 7.7778], october],
};
