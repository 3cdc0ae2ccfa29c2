import type { Time } from "../hold.ts";
import type { Pinger } from "./pinger.ts";
import type { Finding } from "./reply.ts";
import type { SkipReason, TargetReport } from "./report.ts";
import type { Slots } from "./slots.ts";
import { createTally, type Tally } from "./tally.ts";
import type { Lane } from "./versions.ts";

/** What warming one target takes. */
export interface WarmKit {
  readonly pinger: Pinger;
  readonly slots: Slots;
  readonly time: Time;
  readonly rounds: number;
  readonly holdMs: number;
}

const notOnDemand: ReadonlySet<unknown> = new Set<SkipReason>([
  "provisioned-concurrency",
  "lambda-managed-instances",
  "snap-start",
]);

/** Why the rest of a target's pings is not sent, by the answer to the first one. */
function skipReason(finding: Finding | undefined, { skipIfUsedWithinMs }: Lane): SkipReason | undefined {
  if (finding?.kind !== "environment") return undefined;
  const { initType, idleMs } = finding.environment;
  if (notOnDemand.has(initType)) return initType as SkipReason;
  return idleMs !== undefined && idleMs < skipIfUsedWithinMs ? "recently-used" : undefined;
}

/**
 * Warms one target. A first ping alone finds out whether the function exists, has the middleware, is on demand and was used
 * recently: Lambda gives it the environment used last. Then rounds of pings at once, which hold their environments until one
 * moment, until as many different environments have answered as were asked for.
 */
export async function warmTarget(target: Lane, kit: WarmKit): Promise<TargetReport> {
  const { functionName, qualifier, tenantId, concurrency, lookUpError } = target;
  const { clock } = kit.time;
  const startedAt = clock.now();
  const tally = createTally();
  if (lookUpError !== undefined) tally.fail("alias-unknown", lookUpError);
  const [first] = await ping(target, kit, tally, 1, () => undefined);
  const skipped = skipReason(first, target);
  const goesOn = first?.kind === "environment" && skipped === undefined && concurrency > 1;
  const rounds = goesOn ? await holdRounds(target, kit, tally) : 0;
  const durationMs = Math.round(clock.now() - startedAt);
  return { functionName, qualifier, tenantId, asked: concurrency, ...tally.summary(), rounds, skipped, durationMs };
}

/** All pings again in each round, not only the missing ones: environments already found would answer those. */
async function holdRounds(target: Lane, kit: WarmKit, tally: Tally): Promise<number> {
  const { concurrency } = target;
  let round = 0;
  while (round < kit.rounds && tally.distinct() < concurrency) {
    const holdMs = kit.holdMs * 2 ** round;
    await ping(target, kit, tally, concurrency, () => kit.time.wallNow() + holdMs);
    round += 1;
  }
  return round;
}

/** The hold is read once the slots are there, because waiting for them takes time. */
async function ping(
  target: Lane,
  { pinger, slots }: WarmKit,
  tally: Tally,
  count: number,
  holdUntil: () => number | undefined,
): Promise<Finding[]> {
  await slots.take(count);
  try {
    const findings = await pinger.send(target, count, holdUntil());
    for (const finding of findings) tally.add(finding);
    return findings;
  } finally {
    slots.giveBack(count);
  }
}
