import type { WarmupPing } from "../ping.ts";

/** One invocation that the warmer asks for. */
export interface PingCall {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly tenantId: string | undefined;
  readonly invocationType: "RequestResponse" | "Event";
  readonly ping: WarmupPing;
}

/** Why a ping warmed nothing. */
export type WarmFailureReason =
  /** The function, version or alias does not exist. */
  | "not-found"
  /** Lambda throttled the invocation. */
  | "throttled"
  /** The warmer's role may not invoke the function, or there are no credentials. */
  | "access-denied"
  /** Lambda refused the call as it stands: a missing tenant, say. */
  | "rejected"
  /** The function reached its timeout. */
  | "timed-out"
  /** The function threw, at import or while it ran, or its process ended. */
  | "function-error"
  /** The function answered, but not by `warmup()`. */
  | "not-warmup"
  /** The ping arrived too late, by the function's clock. */
  | "stale"
  /** The alias's versions could not be looked up, so it was pinged as it is: of a weighted alias one version may be cold. */
  | "alias-unknown"
  /** The environment answered, but its `prime` failed. */
  | "prime-failed"
  /** No answer within `pingTimeoutMs`, or the run was aborted. */
  | "no-answer"
  /** Lambda could not be reached, or failed itself. */
  | "unreachable";

/** How an invocation ended: with the function's answer, accepted unseen (`Event`), or not at all. */
export type PingReply =
  | { readonly kind: "answered"; readonly answer: unknown; readonly version: string | undefined }
  | { readonly kind: "accepted" }
  | { readonly kind: "failed"; readonly reason: WarmFailureReason; readonly message: string };

/** Invokes functions for the warmer; `lambdaInvoker` is the one for AWS Lambda. */
export interface Invoker {
  /** Invokes a function once, and gives up when `signal` aborts. A rejection is reported as `unreachable`. */
  invoke(call: PingCall, signal: AbortSignal): Promise<PingReply>;
  /** The versions that an alias with weights sends traffic to; empty for everything else. @default none */
  versionsOf?(functionName: string, qualifier: string, signal: AbortSignal): Promise<readonly string[]>;
}
