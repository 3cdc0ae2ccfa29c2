/** For Midguard's own packages: no promise of stability is made for this entry. */
export {
  checkInteger,
  checkLike,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkSync,
  checkType,
  signalLike,
  someFunction,
} from "./check.ts";
export { now, startTimer } from "./clock.ts";
export { type EventChannel, eventChannel } from "./events.ts";
export { fieldsOf, isAbort, isFailedAnswer, isFailureStatus, isOurs, isTimeout } from "./failure.ts";
export {
  describe,
  enclosingInvocation,
  enterInvocation,
  leaveInvocation,
  runRehearsal,
  timeLeftMs,
} from "./invocation.ts";
export { rejected } from "./rejected.ts";
export { answerRejection, isRejection, type Rejection } from "./reply.ts";
export { describeRequest, isRecord, type RequestDescription } from "./request.ts";
export { requestOutcome } from "./request-outcome.ts";
export { createStoreGuard, type StoreGuard, type StoreGuardOptions } from "./store-guard.ts";
export { warn } from "./warn.ts";
