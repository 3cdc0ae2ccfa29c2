// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, in bytes

/** Payload of an invocation that waits: 6 MB. */
export const maxPayloadBytes = 6_291_456;
/** Payload of a queued one: 1 MB. */
export const maxEventBytes = 1_048_576;
/** Response that is not streamed: 6 MB and a little. */
export const maxResponseBytes = 6_291_556;
