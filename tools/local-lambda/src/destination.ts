import type { InvokeResult } from "./invocation.ts";

/**
 * The record that AWS sends to a destination
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
 */
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

/** An event that ended, and how. */
interface EndedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: Buffer;
  readonly condition: DestinationRecord["requestContext"]["condition"];
  readonly invokes: number;
  /** The result of its last invocation, if it was invoked. */
  readonly last: InvokeResult | undefined;
}

/** Creates the record of an event that ended now. */
export function destinationRecord({
  requestId,
  functionArn,
  payload,
  condition,
  invokes,
  last,
}: EndedEvent): DestinationRecord {
  return {
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: invokes },
    requestPayload: parsed(payload),
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
