// In bytes; source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

/** Payload of a synchronous invocation: 6 MB. */
export const maxPayloadBytes = 6_291_456;
/** Payload of an asynchronous invocation: 1 MB. */
export const maxEventBytes = 1_048_576;
/** Response that is not streamed: 6 MB and 100 bytes. */
export const maxResponseBytes = 6_291_556;
