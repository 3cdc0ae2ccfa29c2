import { atLeast, noOthers } from "./check.ts";
import { type DestinationRecord, destinationRecord } from "./destination.ts";
import { LambdaServiceError } from "./errors.ts";
import type { InvokeResult } from "./invocation.ts";

/** How `Event` invocations are retried, and where they go in the end. */
export interface AsynchronousOptions {
  /** Further attempts after the function failed. @default 2 */
  maxRetries?: number;
  /** Milliseconds before each retry; the last delay repeats. AWS waits one minute, then two. @default [200, 400] */
  retryDelaysMs?: readonly number[];
  /** Milliseconds before a throttled event is tried again, doubling up to 300 times as much. AWS starts with 1 s. @default 50 */
  throttleDelayMs?: number;
  /** Milliseconds after which an event is given up. @default 21_600_000 */
  maxEventAgeMs?: number;
  /** The on-failure destination, or dead-letter target. */
  onFailure?: (record: DestinationRecord) => void;
  /** The on-success destination. */
  onSuccess?: (record: DestinationRecord) => void;
}

interface QueuedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Buffer;
  /** One attempt; throws a `LambdaServiceError` if the service rejects it. */
  readonly attempt: () => Promise<InvokeResult>;
}

/** The state of an event in the queue. */
interface Progress {
  /** Epoch milliseconds at which it was queued. */
  readonly queuedAt: number;
  /** Attempts that reached the function. */
  readonly invokes: number;
  /** Attempts that were throttled since the last one that was not. */
  readonly throttles: number;
  /** The result of the last attempt that reached the function. */
  readonly last: InvokeResult | undefined;
}

/** The queue of one function's asynchronous events. */
export interface AsyncQueue {
  add(event: QueuedEvent): void;
  /** Events that are accepted and have not ended. */
  readonly size: number;
  /** Records of the events that were given up, oldest first. */
  readonly deadLetters: readonly DestinationRecord[];
  stop(): void;
}

/**
 * Creates the queue that Lambda keeps for a function: an event is attempted at least once, retried if the function fails, and
 * kept while it is throttled. Throws `TypeError` or `RangeError` for invalid options.
 */
export function createAsyncQueue(options: AsynchronousOptions): AsyncQueue {
  const { maxRetries, retryDelaysMs, throttleDelayMs, maxEventAgeMs, onFailure, onSuccess } = resolve(options);
  const deadLetters: DestinationRecord[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let size = 0;
  let stopped = false;

  return {
    add(event) {
      size += 1;
      void attempt(event, { queuedAt: Date.now(), invokes: 0, throttles: 0, last: undefined });
    },
    get size() {
      return size;
    },
    deadLetters,
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };

  async function attempt(event: QueuedEvent, progress: Progress): Promise<void> {
    let last: InvokeResult;
    try {
      last = await event.attempt();
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      const delayMs = throttleDelayMs * Math.min(2 ** progress.throttles, 300);
      later(event, { ...progress, throttles: progress.throttles + 1 }, delayMs);
      return;
    }
    if (stopped) return;
    const invokes = progress.invokes + 1;
    const next: Progress = { ...progress, invokes, throttles: 0, last };
    if (last.functionError === undefined) succeed(event, next);
    else if (invokes > maxRetries) giveUp(event, next, "RetriesExhausted");
    else later(event, next, retryDelaysMs[invokes - 1] ?? retryDelaysMs.at(-1) ?? 0);
  }

  function later(event: QueuedEvent, progress: Progress, delayMs: number): void {
    if (stopped) return;
    if (Date.now() + delayMs - progress.queuedAt > maxEventAgeMs) {
      giveUp(event, progress, "EventAgeExceeded");
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(event, progress);
    }, delayMs);
    timers.add(timer);
  }

  function succeed(event: QueuedEvent, progress: Progress): void {
    size -= 1;
    onSuccess?.(destinationRecord({ ...event, ...progress, condition: "Success" }));
  }

  function giveUp(event: QueuedEvent, progress: Progress, condition: "RetriesExhausted" | "EventAgeExceeded"): void {
    size -= 1;
    const record = destinationRecord({ ...event, ...progress, condition });
    deadLetters.push(record);
    onFailure?.(record);
  }
}

function resolve(options: AsynchronousOptions) {
  const {
    maxRetries = 2,
    retryDelaysMs = [200, 400],
    throttleDelayMs = 50,
    maxEventAgeMs = 21_600_000,
    onFailure,
    onSuccess,
    ...others
  } = options;
  noOthers("startLocalLambda: asynchronous", others);
  atLeast("startLocalLambda: asynchronous.maxRetries", maxRetries, 0);
  for (const delayMs of retryDelaysMs) atLeast("startLocalLambda: asynchronous.retryDelaysMs", delayMs, 0);
  atLeast("startLocalLambda: asynchronous.throttleDelayMs", throttleDelayMs, 1);
  atLeast("startLocalLambda: asynchronous.maxEventAgeMs", maxEventAgeMs, 0);
  return { maxRetries, retryDelaysMs, throttleDelayMs, maxEventAgeMs, onFailure, onSuccess };
}
