/** For Midguard's own packages: this entry promises no stability. */
export { abortable } from "./abortable.ts";
export { handleRejection, isThenable, syncResult } from "./callback.ts";
export { now, startBackgroundTimer, startTimer } from "./clock.ts";
export { isRejection, type Rejection } from "./errors/rejection.ts";
export { type Answer, answerRejection, answerWith } from "./errors/reply.ts";
export { withoutStack } from "./errors/stackless.ts";
export { type EventChannel, eventChannel } from "./events/channel.ts";
export { isRecord, read, readText } from "./foreign.ts";
export { currentScope, enclosingScope } from "./invocation/current.ts";
export { describe, enterInvocation, leaveInvocation } from "./invocation/enter.ts";
export { createMadeOnce } from "./invocation/made-once.ts";
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
export { type Hints, optionsOf, readOptions } from "./options/options.ts";
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
  isCallersAbort,
  isFailedAnswer,
  isOwnRejection,
  isStarved,
  isTimeout,
  type StarvedAttempt,
  statusOfOutcome,
} from "./outcome/classify.ts";
export { printable } from "./printable.ts";
export { describeRequest, type RequestDescription } from "./request/describe.ts";
export { requestOutcome } from "./request/outcome.ts";
export { eitherOf, follow, viewOf } from "./signals.ts";
export { statusOf } from "./status.ts";
export { createStoreGuard, type StoreGuard, type StoreGuardOptions } from "./store/guard.ts";
export { createWarnOnce, type WarnOnce, warn } from "./warn.ts";
