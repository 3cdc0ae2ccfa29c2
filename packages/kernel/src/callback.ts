import { isRecord, read } from "./foreign.ts";

function ignore(): void {}

/** Whether `value` is a promise, or has a method `then` as one does. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (isRecord(value) || typeof value === "function") && typeof read(value, "then") === "function";
}

/** Handles the rejection of a promise that is dropped, so that it cannot end the process; does nothing with other values. */
export function handleRejection(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(ignore);
}

/**
 * The result of a user's callback that must be synchronous. A promise is refused: it would count as `true`, whatever it
 * resolves to. Its rejection is handled, so that it cannot end the process.
 *
 * @throws TypeError if `result` is a promise or another thenable.
 */
export function syncResult<T>(callback: string, result: T): T {
  if (!isThenable(result)) return result;
  handleRejection(result);
  throw new TypeError(`${callback} must be synchronous, but it returned a promise`);
}
