/** What a million store calls cost, and where the figure is from. */
export interface Price {
  readonly store: string;
  /** Dollars for a million calls, in us-east-1. */
  readonly perMillionCalls: number;
  /** Whether a call may cost more than this. */
  readonly isLeast: boolean;
  readonly unit: string;
  readonly source: string;
}

/** The day on which the prices were looked up. */
export const pricesFrom = "2026-11-28";

export const prices: { readonly dynamodb: Price; readonly valkey: Price } = {
  dynamodb: {
    store: "DynamoDB",
    perMillionCalls: 0.625,
    isLeast: false,
    unit: "on-demand: $0.625 a million write request units, one for each call",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/ (halved in November 2024)",
  },
  valkey: {
    store: "Valkey",
    // A script that runs for long, or sends more than 1 KB, takes more units; AWS publishes no figure for one.
    perMillionCalls: 0.0023,
    isLeast: true,
    unit: "ElastiCache Serverless: $0.0023 a million ECPUs, at least one for each call; and $0.084 a GB-hour",
    source: "https://www.usage.ai/blogs/aws/database-savings-plans/elasticache/serverless-pricing/ (June 2026)",
  },
};

/** Dollars for a million decisions. */
export function dollarsPerMillion(callsPerDecision: number, { perMillionCalls }: Price): number {
  return callsPerDecision * perMillionCalls;
}
