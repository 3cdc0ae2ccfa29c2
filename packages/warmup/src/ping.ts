import { isRecord, read } from "@midguard/kernel/internal";

/** The event that warms a function. Times are epoch ms by the sender's clock. */
export interface WarmupPing {
  readonly warmup: true;
  /** When it was sent; older than `maxAgeMs` is stale. A string is an ISO date and time, as EventBridge Scheduler writes it. */
  readonly sentAt?: number | string | undefined;
  /** Until when to hold the environment, so that pings sent together reach different ones. */
  readonly holdUntil?: number | undefined;
  /** Names the round that this ping belongs to; the answer and the event repeat it. */
  readonly correlationId?: string | undefined;
  /** Number of this ping in the round, from 0. */
  readonly index?: number | undefined;
  /** How many pings the round has. */
  readonly of?: number | undefined;
}

/** The fields of a ping that warm-up uses, whatever tool sent it. */
export interface PingRequest {
  /** In epoch ms, like `holdUntil`. */
  readonly sentAt: number | undefined;
  readonly holdUntil: number | undefined;
  readonly correlationId: string | undefined;
}

/** API requests, batches of records and Lambda@Edge: clients write parts of these events. */
function isTraffic(event: unknown): boolean {
  return (
    read(event, "requestContext") !== undefined ||
    read(event, "Records") !== undefined ||
    read(event, "cf") !== undefined
  );
}

/** Marks of Midguard, of lambda-warmer and of serverless-plugin-warmup. */
function isMarked(fields: unknown): boolean {
  return (
    read(fields, "warmup") === true ||
    read(fields, "warmer") === true ||
    read(fields, "source") === "serverless-plugin-warmup"
  );
}

/** EventBridge reserves sources that begin with `aws.`, so only AWS sends events with these. */
function isFromSchedule(event: unknown): boolean {
  const source = read(event, "source");
  return source === "aws.events" || source === "aws.scheduler";
}

/**
 * Whether `event` is a warm-up ping: `{ warmup: true }`, a ping of serverless-plugin-warmup or lambda-warmer, or a schedule's
 * event with one of these as its `detail`. An event with `requestContext`, `Records` or `cf` is never one. Never throws.
 *
 * @example
 * warmup({ isWarmup: (event) => isWarmupPing(event) && isFromOurAccount(event) });
 */
export function isWarmupPing(event: unknown): boolean {
  // Traffic first: a request then costs one read.
  if (!isRecord(event) || isTraffic(event) || Array.isArray(event)) return false;
  return isMarked(event) || (isFromSchedule(event) && isMarked(read(event, "detail")));
}

const isoDateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/;

function epochMs(value: unknown): number | undefined {
  // Date.parse alone also finds a date in "attempt 3", long ago, and the ping would be stale.
  const ms = typeof value === "string" && isoDateTime.test(value) ? Date.parse(value) : value;
  return typeof ms === "number" && Number.isFinite(ms) ? ms : undefined;
}

/** Reads a ping. A field of the wrong type is left out: every ping is answered, however it is written. */
export function readPing(event: unknown): PingRequest {
  const detail = isFromSchedule(event) ? read(event, "detail") : undefined;
  const fields = isRecord(detail) ? detail : event;
  // The second is lambda-warmer's name for it.
  const correlationId = read(fields, "correlationId") ?? read(fields, "__WARMER_CORRELATIONID__");
  return {
    sentAt: epochMs(read(fields, "sentAt")),
    holdUntil: epochMs(read(fields, "holdUntil")),
    correlationId: typeof correlationId === "string" ? correlationId : undefined,
  };
}
