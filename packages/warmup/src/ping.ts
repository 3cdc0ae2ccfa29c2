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
  /** Anything for `prime`, which gets the ping. */
  readonly payload?: unknown;
}

/** The fields of a ping that warm-up uses, whatever tool sent it. */
export interface PingRequest {
  /** In epoch ms, like `holdUntil`. */
  readonly sentAt: number | undefined;
  readonly holdUntil: number | undefined;
  readonly correlationId: string | undefined;
  readonly payload: unknown;
}

/** API requests, batches of records and Lambda@Edge: clients write parts of these events. */
function isTraffic(event: unknown): boolean {
  return (
    read(event, "requestContext") !== undefined ||
    read(event, "Records") !== undefined ||
    read(event, "cf") !== undefined
  );
}

/** Whether these are the fields of Midguard's pings, of lambda-warmer's or of serverless-plugin-warmup's. */
function hasPingFields(fields: unknown): boolean {
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

/** Whether an event of EventBridge Scheduler or of a rule's schedule has the fields of a ping as its `detail`. */
export function isScheduledPing(event: unknown): boolean {
  return isRecord(event) && !isTraffic(event) && isFromSchedule(event) && hasPingFields(read(event, "detail"));
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
  // Applications choose the source of the events that they put on a bus.
  const isOnBus = read(event, "detail-type") !== undefined;
  return (!isOnBus && hasPingFields(event)) || isScheduledPing(event);
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
    payload: read(fields, "payload"),
  };
}
