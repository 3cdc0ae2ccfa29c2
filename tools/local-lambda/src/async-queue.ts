import { atLeast, noOthers } from "./check.ts";
import { LambdaServiceError } from "./errors.ts";
import type { InvokeResult } from "./invocation.ts";

/** How `Event` invocations are retried and where they end. */
export interface AsynchronousOptions {
  /** Further attempts after the function failed. @default 2 */
  maxRetries?: number;
  /** Milliseconds before each of them; the last one repeats. AWS waits one minute, then two. @default [200, 400] */
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

/** What AWS sends to a destination (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). */
export interface DestinationRecord {
  readonly version: "1.0";
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: "Success" | "RetriesExhausted" | "EventAgeExceeded";
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

/** An event on its way. */
interface QueuedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Buffer;
  /** One attempt; throws where the service refuses it. */
  readonly attempt: () => Promise<InvokeResult>;
}

export interface AsyncQueue {
  add(event: QueuedEvent): void;
  /** Events accepted and not over. */
  readonly size: number;
  /** Records of the events that were given up, oldest first. */
  readonly deadLetters: readonly DestinationRecord[];
  stop(): void;
}

/**
 * Lambda's own queue of one function: at least one attempt, retries on the function's errors, patience with throttling.
 * Throws for bad options.
 */
export function createAsyncQueue(options: AsynchronousOptions): AsyncQueue {
  const {
    maxRetries = 2,
    retryDelaysMs = [200, 400],
    throttleDelayMs = 50,
    maxEventAgeMs = 21_600_000,
    onFailure,
    onSuccess,
    ...others
  } = options;
  noOthers("asynchronous", others);
  atLeast("asynchronous.maxRetries", maxRetries, 0);
  for (const delayMs of retryDelaysMs) atLeast("asynchronous.retryDelaysMs", delayMs, 0);
  atLeast("asynchronous.throttleDelayMs", throttleDelayMs, 1);
  atLeast("asynchronous.maxEventAgeMs", maxEventAgeMs, 0);
  const deadLetters: DestinationRecord[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let size = 0;
  let stopped = false;

  return {
    add(event) {
      size += 1;
      void attempt(event, Date.now(), 0, 0);
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

  async function attempt(event: QueuedEvent, since: number, invokes: number, throttles: number): Promise<void> {
    let result: InvokeResult;
    try {
      result = await event.attempt();
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      const delay = throttleDelayMs * Math.min(2 ** throttles, 300);
      return later(event, since, delay, undefined, invokes, throttles + 1);
    }
    if (stopped) return;
    const count = invokes + 1;
    if (result.functionError === undefined) {
      size -= 1;
      onSuccess?.(destinationRecord(event, "Success", count, result));
    } else if (count > maxRetries) {
      giveUp(event, "RetriesExhausted", count, result);
    } else {
      later(event, since, retryDelaysMs[count - 1] ?? retryDelaysMs.at(-1) ?? 0, result, count, 0);
    }
  }

  function later(
    event: QueuedEvent,
    since: number,
    delayMs: number,
    last: InvokeResult | undefined,
    invokes: number,
    throttles: number,
  ): void {
    if (stopped) return;
    if (Date.now() + delayMs - since > maxEventAgeMs) {
      giveUp(event, "EventAgeExceeded", invokes, last);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(event, since, invokes, throttles);
    }, delayMs);
    timers.add(timer);
  }

  function giveUp(
    event: QueuedEvent,
    condition: "RetriesExhausted" | "EventAgeExceeded",
    count: number,
    last: InvokeResult | undefined,
  ): void {
    size -= 1;
    const record = destinationRecord(event, condition, count, last);
    deadLetters.push(record);
    onFailure?.(record);
  }
}

function destinationRecord(
  event: QueuedEvent,
  condition: DestinationRecord["requestContext"]["condition"],
  approximateInvokeCount: number,
  last: InvokeResult | undefined,
): DestinationRecord {
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: { requestId: event.requestId, functionArn: event.functionArn, condition, approximateInvokeCount },
    requestPayload: parsed(event.payload),
    ...(last && {
      responseContext: {
        statusCode: 200,
        executedVersion: last.executedVersion,
        ...(last.functionError && { functionError: last.functionError }),
      },
      responsePayload: parsed(last.payload),
    }),
  };
}

function parsed(payload: Buffer): unknown {
  const text = payload.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
