/** The invocation that the calling code runs in. Its fields are read-only. */
export interface Invocation {
  /** The Lambda context that the handler was called with. */
  readonly context: object;
  /** `awsRequestId` of the context, also of one that a durable execution wraps. */
  readonly requestId: string | undefined;
  /** When time is up, in epoch ms on the monotonic clock (`systemClock`); `Infinity` without a deadline. */
  readonly endsAt: number;
  /** Whether this is a recorded event that warms the environment rather than a request. */
  readonly rehearsal: boolean;
  /** Milliseconds until `endsAt`; negative once it has passed, `Infinity` without a deadline. */
  remainingMs(): number;
}
