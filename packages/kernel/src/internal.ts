/** For Midguard's own packages: this entry promises no stability. */
export { isThenable, syncResult } from "./callback.ts";
export { now, startTimer } from "./clock.ts";
export { isRejection, type Rejection } from "./errors/rejection.ts";
export { answerRejection } from "./errors/reply.ts";
export { withoutStack } from "./errors/stackless.ts";
export { type EventChannel, eventChannel } from "./events/channel.ts";
export { isRecord, read, readText } from "./foreign.ts";
export { currentScope, enclosingScope } from "./invocation/current.ts";
export { describe, enterInvocation, leaveInvocation } from "./invocation/enter.ts";
export { runRehearsal } from "./invocation/rehearsal.ts";
export { defaultReserveMs, reserveMs, setReserve, usableMs } from "./invocation/reserve.ts";
export {
  grantedMs,
  inherited,
  isOver,
  liftGatewayLimit,
  remainingMs,
  type Scope,
  setGatewayTimeout,
} from "./invocation/scope.ts";
export { createSlot, type Slot } from "./invocation/slot.ts";
export { readOptions } from "./options/options.ts";
export {
  abortSignal,
  anything,
  callback,
  flag,
  list,
  number,
  oneOf,
  type Rule,
  refuse,
  required,
  shape,
  share,
  text,
  textLike,
  wholeNumber,
} from "./options/rules.ts";
export {
  isAbort,
  isFailedAnswer,
  isOwnRejection,
  isStarved,
  isTimeout,
  type StarvedAttempt,
} from "./outcome/classify.ts";
export { describeRequest, type RequestDescription } from "./request/describe.ts";
export { requestOutcome, statusOf } from "./request/outcome.ts";
export { eitherOf, follow, viewOf } from "./signals.ts";
export { createStoreGuard, type StoreGuard, type StoreGuardOptions } from "./store/guard.ts";
export { createWarnOnce, type WarnOnce, warn } from "./warn.ts";
