import type { Outcome, RetryEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";
import type { RetryReport } from "./engine/report.ts";
import type { Run } from "./engine/run.ts";

const channel: EventChannel<RetryEvent> = eventChannel<RetryEvent>("retry");

/** Publishes that attempt `attempt` failed and another one follows in `delayMs`. */
export function publishScheduled({ policy }: Run, attempt: number, delayMs: number, outcome: Outcome): void {
  if (channel.hasSubscribers) {
    channel.publish({ type: "retry.scheduled", source: policy.name, attempt, delayMs, outcome });
  }
}

/**
 * Publishes that a run ended without success, unless that is no sign of trouble: after a 404, or when the caller
 * aborted.
 */
export function publishExhausted({ policy }: Run, report: RetryReport, outcome: Outcome): void {
  if (report.reason === "not-retryable" || report.reason === "aborted") return;
  if (channel.hasSubscribers) channel.publish({ type: "retry.exhausted", source: policy.name, ...report, outcome });
}
