import assert from "node:assert/strict";
import type { Limit } from "../../limits/limit.ts";
import { handOn, type StoreHarness } from "../harness.ts";
import { oracleStates } from "../oracle/oracle.ts";
import type { AdmittedTake } from "../oracle/usage.ts";
import type { Step } from "./arbitraries.ts";
import { checkBound } from "./bounds.ts";
import { createFollower } from "./follower.ts";
import { admissionsOf, createRun } from "./run.ts";

/** Each take, and a look at what is left, against the oracle. */
export async function decidesAsTheOracle(
  harness: StoreHarness,
  limits: readonly Limit[],
  steps: readonly Step[],
): Promise<void> {
  const run = createRun(harness, limits);
  const follower = createFollower(harness, limits);
  for (const step of steps) {
    const [taken] = await run.play([step]);
    assert.ok(taken);
    follower.decided(step.cost, taken, taken.decision);
    const from = Math.floor(harness.now());
    const states = await run.hand.peek(limits, step);
    follower.peeked({ from, to: Math.floor(harness.now()) }, states);
  }
}

/** A greedy client against the bound of each limit. */
export async function keepsBounds(
  harness: StoreHarness,
  limits: readonly Limit[],
  steps: readonly Step[],
): Promise<void> {
  const admitted = admissionsOf(await createRun(harness, limits).play(steps));
  for (const limit of limits) checkBound(limit, admitted);
}

/** A rejected take again: one ms before the time that it was given, and then. */
export async function retriesToTheMs(
  harness: StoreHarness,
  limits: readonly Limit[],
  steps: readonly Step[],
  cost: number,
): Promise<void> {
  const run = createRun(harness, limits);
  await run.play(steps.map((step) => ({ ...step, environment: 0 })));
  const { decision } = await run.take(cost);
  if (decision.allowed) return assert.equal(decision.retryAfterMs, 0);
  if (decision.retryAfterMs === Infinity) return assert.ok(limits.some(({ limit }) => cost > limit));
  await harness.advance(decision.retryAfterMs - 1);
  const early = await run.take(cost);
  assert.equal(early.decision.allowed, false, "admitted before the time that it was given");
  // An instance that remembers rejections may have given a lower bound.
  if (harness.remembersRejections) return;
  assert.equal(early.decision.retryAfterMs, 1);
  await harness.advance(1);
  assert.equal((await run.take(cost)).decision.allowed, true, "rejected at the time that it was given");
}

/** A peek one ms before all of a limit may be taken again, and then. */
export async function resetsToTheMs(harness: StoreHarness, limit: Limit, steps: readonly Step[]): Promise<void> {
  const run = createRun(harness, [limit]);
  await run.play(steps.map((step) => ({ ...step, environment: 0 })));
  const [state] = await run.hand.peek();
  assert.ok(state);
  assert.equal(state.resetAfterMs === 0, state.remaining === limit.limit);
  if (state.resetAfterMs > 0) {
    await harness.advance(state.resetAfterMs - 1);
    assert.notDeepEqual(await run.hand.remaining(), [limit.limit], "full before the time that it was given");
    await harness.advance(1);
  }
  assert.deepEqual(await run.hand.remaining(), [limit.limit]);
}

/** Refunds, late ones too, against what the oracle leaves a client that never took what was refunded. */
export async function refundsMintNothing(
  harness: StoreHarness,
  limit: Limit,
  steps: readonly (Step & { readonly refunds: boolean })[],
  lateMs: number,
): Promise<void> {
  const limits = [limit];
  const run = createRun(harness, limits);
  const kept: AdmittedTake[] = [];
  const taken = await run.play(steps);
  const refunded = taken.filter(({ decision }, index) => decision.allowed && steps[index]?.refunds);
  for (const each of taken) {
    if (each.decision.allowed && !refunded.includes(each)) kept.push({ at: each.from, cost: each.request.cost });
  }
  await harness.advance(lateMs);
  for (const each of refunded) await run.hand.refund(each);
  const [left] = await run.hand.remaining();
  const [without] = oracleStates(limits, kept, Math.floor(harness.now()));
  assert.ok(left !== undefined && without !== undefined && left <= without.remaining, `${left} are left`);
}

/** Takes of different costs at once: as if they had come one after the other. */
export async function decidesManyAtOnce(
  harness: StoreHarness,
  limits: readonly Limit[],
  takes: readonly Omit<Step, "pauseMs">[],
): Promise<void> {
  const hand = handOn(harness, limits);
  const decided = await Promise.all(
    takes.map(async ({ cost, environment }) => ({
      cost,
      allowed: (await hand.take(cost, limits, { environment })).decision.allowed,
    })),
  );
  const used = decided.reduce((sum, { cost, allowed }) => (allowed ? sum + cost : sum), 0);
  const least = Math.min(...limits.map(({ limit }) => limit));
  assert.ok(used <= least, `${used} admitted, ${least} have room`);
  for (const { cost, allowed } of decided) {
    // It was rejected when no more was used than is now.
    if (!allowed) assert.ok(used + cost > least, `a cost of ${cost} was rejected, ${used} of ${least} are used`);
  }
}
