import type { WarmFailureReason } from "./invoker.ts";

/** Failures of one kind. */
export interface WarmFailure {
  readonly reason: WarmFailureReason;
  /** The message of the latest one. */
  readonly message: string;
  readonly count: number;
}

/**
 * Why a target was left alone: it was used recently, or its environments are not on demand, so that pings keep none of them:
 * Lambda itself keeps `provisioned-concurrency` and `lambda-managed-instances`, and `snap-start` restores a snapshot.
 */
export type SkipReason = "recently-used" | "provisioned-concurrency" | "lambda-managed-instances" | "snap-start";

/** What became of one target, or of one version of a weighted alias. */
export interface TargetReport {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly tenantId: string | undefined;
  /** The version that answered. */
  readonly version: string | undefined;
  /** Environments asked for: the target's concurrency. */
  readonly asked: number;
  /** Different environments that answered. */
  readonly distinct: number;
  /** How many of them were cold: it was their first invocation. */
  readonly cold: number;
  /** How many of them ran `prime` with success. */
  readonly primed: number;
  /** The age of the oldest one, in ms. */
  readonly oldestAgeMs: number | undefined;
  /** Pings sent, in all rounds. */
  readonly pings: number;
  /** Rounds of pings that held their environments. */
  readonly rounds: number;
  readonly skipped: SkipReason | undefined;
  readonly failures: readonly WarmFailure[];
  readonly durationMs: number;
}

/** What became of a run of the warmer. */
export interface WarmReport {
  /** Names the run; every ping and answer has it. */
  readonly correlationId: string;
  readonly durationMs: number;
  /** In the order of the targets. */
  readonly targets: readonly TargetReport[];
}

/**
 * Whether a target has the environments that were asked for, primed if the function has a `prime`, or was rightly left alone.
 * What is sent unseen counts as warm.
 */
export function isWarm({ asked, distinct, skipped, failures }: TargetReport): boolean {
  if (skipped !== undefined) return true;
  if (failures.some(({ reason }) => reason === "prime-failed")) return false;
  return distinct >= asked || (failures.length === 0 && distinct === 0);
}
