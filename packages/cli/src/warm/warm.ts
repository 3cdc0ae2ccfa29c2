import { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaInvoker } from "@midguard/warmup/lambda";
import { createWarmer, type Warmer, type WarmTarget } from "@midguard/warmup/warmer";
import { mistake, refusal } from "../errors.ts";
import type { Progress } from "../progress.ts";
import type { Report } from "../report.ts";
import { warmReport } from "./report.ts";

/** A round of this many pings can be held at once. */
const maxParallel = 200;

async function createClient(region: string | undefined): Promise<LambdaClient> {
  const client = new LambdaClient({
    ...(region !== undefined && { region }),
    requestHandler: { httpsAgent: { maxSockets: maxParallel } },
  });
  try {
    await client.config.region();
  } catch (error) {
    throw refusal("no region: give --region, or set AWS_REGION", error);
  }
  return client;
}

function warmerOf(targets: readonly WarmTarget[], client: LambdaClient, onTarget: () => void): Warmer {
  try {
    return createWarmer({ targets, invoker: lambdaInvoker(client), maxParallel, onTarget });
  } catch (error) {
    throw mistake("a target cannot be used", error);
  }
}

/** Pings the targets, and shows how many of them are done. */
export async function warm(
  targets: readonly WarmTarget[],
  region: string | undefined,
  progress: Progress,
): Promise<Report> {
  const client = await createClient(region);
  let complete = 0;
  const text = (): string => `warmed ${complete} of ${targets.length}`;
  const warmer = warmerOf(targets, client, () => {
    complete += 1;
    progress.update(text());
  });
  progress.update(text());
  try {
    return warmReport(await warmer.run());
  } finally {
    progress.stop();
    client.destroy();
  }
}
