import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Limit } from "../../../limits/limit.ts";
import { quota } from "../../../limits/quota.ts";
import { slidingWindow } from "../../../limits/sliding-window.ts";
import { tokenBucket } from "../../../limits/token-bucket.ts";
import type { Decision } from "../../../store/decision.ts";
import { resolveStoreOptions } from "../options.ts";
import { createTableStore } from "../table-store.ts";

/** A decision as one process made it. */
export interface Taken {
  readonly now: number;
  readonly cost: number;
  readonly decision: Decision;
}

/** The last never rejects. */
export const processLimits: readonly Limit[] = [
  slidingWindow(60, "1s"),
  slidingWindow(150, "2s"),
  tokenBucket({ capacity: 100, refillPerSecond: 80 }),
  quota(1_000_000, "year", { name: "wide" }),
];

interface Job {
  readonly endpoint: string;
  readonly tableName: string;
  readonly key: string;
  readonly decisions: number;
  /** How far this process's clock is ahead, in ms. */
  readonly ahead: number;
}

async function work({ endpoint, tableName, key, decisions, ahead }: Job): Promise<void> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "eu-west-1", credentials });
  const store = createTableStore(resolveStoreOptions({ client, tableName }));
  const { signal } = new AbortController();
  for (let count = 0; count < decisions; count += 1) {
    const [now, cost] = [Date.now() + ahead, 1 + (count % 3)];
    const decision = await store.take({ key, cost, now, limits: processLimits }, signal);
    const taken: Taken = { now, cost, decision };
    console.log(JSON.stringify(taken));
  }
  client.destroy();
}

const job = process.argv[2];
// Imported by the test for its limits, run by node as a process.
if (import.meta.main && job !== undefined) await work(JSON.parse(job) as Job);
