/** For Midguard's own packages: no promise of stability is made for this entry. */
export { checkInteger, checkKeys, checkNumber, checkOneOf, checkType } from "./check.ts";
export { type EventChannel, eventChannel } from "./events.ts";
export {
  enterInvocation,
  type InvocationRequest,
  leaveInvocation,
  runRehearsal,
  timeLeftMs,
} from "./invocation.ts";
export { answerRejection, isRejection, type Rejection, replyTo } from "./reply.ts";
export { describeRequest, isRecord, type RequestDescription, type RequestKind } from "./request.ts";
