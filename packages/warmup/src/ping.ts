import { isRecord } from "@midguard/kernel/internal";

/** The event that asks a function to stay warm. Times are epoch ms by the sender's clock. */
export interface WarmupPing {
  readonly warmup: true;
  /** When it was sent; a ping older than `maxAgeMs` is dropped. A string is an ISO date and time, as EventBridge Scheduler writes it. */
  readonly sentAt?: number | string | undefined;
  /** Until when to hold the environment, so that pings sent together reach different ones. */
  readonly holdUntil?: number | undefined;
  /** Names the round that this ping belongs to; the answer and the event repeat it. */
  readonly correlationId?: string | undefined;
  /** Which ping of the round this is, from 0. */
  readonly index?: number | undefined;
  /** How many pings the round has. */
  readonly of?: number | undefined;
}

/** What a ping asks for, whoever sent it. */
export interface PingRequest {
  readonly sentAt: number | undefined;
  readonly holdUntil: number | undefined;
  readonly correlationId: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** EventBridge keeps sources beginning with `aws.` to itself, so nobody can put an event under these names. */
function isFromSchedule(event: Fields): boolean {
  return event.source === "aws.events" || event.source === "aws.scheduler";
}

/** Ours, lambda-warmer's, serverless-plugin-warmup's. */
function isMarked(fields: Fields): boolean {
  return fields.warmup === true || fields.warmer === true || fields.source === "serverless-plugin-warmup";
}

/** API requests, batches of records and Lambda@Edge: there a client writes parts of the event. */
function isTraffic(event: Fields): boolean {
  return event.requestContext !== undefined || event.Records !== undefined || event.cf !== undefined;
}

/**
 * Whether `event` is a warm-up ping: `{ warmup: true }`, a ping of serverless-plugin-warmup or of lambda-warmer, or an
 * EventBridge event of a schedule with one of these as its `detail`. Never an event with `requestContext`, `Records` or
 * `cf`, whatever else is in it. Does not throw, whatever the event.
 *
 * @example
 * warmup({ isWarmup: (event) => isWarmupPing(event) && isFromOurAccount(event) });
 */
export function isWarmupPing(event: unknown): boolean {
  if (!isRecord(event)) return false;
  if (isMarked(event)) return !isTraffic(event) && !Array.isArray(event);
  return isFromSchedule(event) && isRecord(event.detail) && isMarked(event.detail) && !isTraffic(event);
}

const isoDateTime = /^\d{4}-\d\d-\d\dT/;

function epochMs(value: unknown): number | undefined {
  // Not any text: Date.parse finds a date in "attempt 3" too, long ago, and the ping would be stale.
  const ms = typeof value === "string" && isoDateTime.test(value) ? Date.parse(value) : value;
  return typeof ms === "number" && Number.isFinite(ms) ? ms : undefined;
}

/** Reads what a ping asks for. What has the wrong type is left out: a ping is answered, however it is written. */
export function readPing(event: unknown): PingRequest {
  const outer = isRecord(event) ? event : {};
  const fields = isFromSchedule(outer) && isRecord(outer.detail) ? outer.detail : outer;
  // lambda-warmer's name for it.
  const correlationId = fields.correlationId ?? fields.__WARMER_CORRELATIONID__;
  return {
    sentAt: epochMs(fields.sentAt),
    holdUntil: epochMs(fields.holdUntil),
    correlationId: typeof correlationId === "string" ? correlationId : undefined,
  };
}
