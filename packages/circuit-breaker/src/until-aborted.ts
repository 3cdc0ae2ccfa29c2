import { viewOf } from "@midguard/kernel/internal";

/** What `call` resolves to, or the reason of `given` once it aborts, whichever is first. Leaves no listener behind. */
export function untilAborted<T>(call: Promise<T>, given: AbortSignal): Promise<T> {
  const signal = viewOf(given);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  const stop = (): void => signal.removeEventListener("abort", abort);
  // The call itself may have aborted it.
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  void call.then(resolve, reject).then(stop);
  return promise;
}
