import * as dynamoDb2024 from "client-dynamodb-2024";
import * as dynamoDb2026 from "client-dynamodb-2026";
import * as s3From2024 from "client-s3-2024";
import * as s3From2026 from "client-s3-2026";

/** The same clients by the SDK's retry rules before 3.1166.0, of 10 November 2026, and by the rules since. */
export const generations: readonly {
  readonly rules: string;
  readonly dynamoDb: typeof dynamoDb2026;
  readonly s3: typeof s3From2026;
  /** Whether the SDK's own strategy has one quota for all calls of a client. */
  readonly hasQuota: boolean;
  /** Whether an abort ends a wait of the SDK at once. */
  readonly endsWaits: boolean;
}[] = [
  {
    rules: "before November 2026",
    dynamoDb: dynamoDb2024 as unknown as typeof dynamoDb2026,
    s3: s3From2024 as unknown as typeof s3From2026,
    hasQuota: false,
    endsWaits: false,
  },
  { rules: "since November 2026", dynamoDb: dynamoDb2026, s3: s3From2026, hasQuota: true, endsWaits: true },
];
